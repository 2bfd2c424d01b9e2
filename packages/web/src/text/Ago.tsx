import { agoInWords, fullTime } from "./time.ts";

/** A moment in words, such as “3 minutes ago”; the full time on hover. */
export function Ago({ at }: { readonly at: string }) {
  return (
    <time dateTime={at} title={fullTime(at)}>
      {agoInWords(at)}
    </time>
  );
}

import type { Provenance } from "../app/provenance.ts";
import { messages } from "../messages/index.ts";

/** Which app of which owner asks, in the platform's words. */
export function Asker({ id, who }: { readonly id: string; readonly who: Provenance }) {
  const { asksBy, asksUnknown } = messages.secret;
  if (who.owner === null) return <p id={id}>{asksUnknown}</p>;
  return (
    <p id={id}>
      {asksBy.open}
      <bdi>{who.name}</bdi>
      {asksBy.close}
      <bdi>{who.owner}</bdi>
      {asksBy.end}
    </p>
  );
}

import { useState } from "react";
import { messages } from "../messages/index.ts";
import { TextPage } from "./TextPage.tsx";
import { useTitle } from "./use-title.ts";

/** In place of a page whose files did not come. */
export function NotFetchedPage() {
  const words = messages.notFetched;
  const [tries, setTries] = useState<"none" | "running" | "failed">("none");
  useTitle(words.title);
  const again = async () => {
    setTries("running");
    // Only then: a browser would put a page of its own in place of this one.
    if (await isServerThere()) location.reload();
    else setTries("failed");
  };
  return (
    <TextPage title={words.title}>
      <p>{words.text}</p>
      <p role="status">{tries === "failed" && words.still}</p>
      <button
        type="button"
        aria-disabled={tries === "running"}
        aria-busy={tries === "running"}
        onClick={() => {
          if (tries !== "running") void again();
        }}
      >
        {words.retry}
      </button>
    </TextPage>
  );
}

async function isServerThere(): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(10_000);
    return (await fetch(location.pathname, { cache: "no-store", signal })).ok;
  } catch {
    return false;
  }
}

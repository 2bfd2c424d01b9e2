import { useEffect, useState, useSyncExternalStore } from "react";
import { snippetId } from "../app/identity.ts";
import { type Provenance, provenanceOf } from "../app/provenance.ts";
import { loadMarkdown } from "../dialog/Reason.tsx";
import { appOrigin } from "../frame/origin.ts";
import { createRun, type Run } from "../frame/run.ts";
import { type LinkProblem, parseLink } from "../links/parse-link.ts";
import { holdsForOneRun } from "../links/snippet.ts";
import { messages } from "../messages/index.ts";
import { pageSecrets } from "../stores/page-secrets.ts";
import { AppPage } from "../view/AppPage.tsx";
import { forcesSync } from "./force-sync.ts";
import { LinkProblemPage } from "./LinkProblemPage.tsx";
import { TextPage } from "./TextPage.tsx";
import { useTitle } from "./use-title.ts";

/** `/snippet/{type}/v1#…`: the app that the link carries, or why it cannot be opened. */
export function SnippetPage({ type }: { readonly type: string }) {
  const fragment = useSyncExternalStore(onHashChange, () => location.hash);
  if (!isSecureContext)
    return (
      <TextPage title={messages.insecure.title}>
        <p>{messages.insecure.text}</p>
      </TextPage>
    );
  return <Linked key={`${type}${fragment}`} type={type} fragment={fragment} />;
}

type Opened =
  | { readonly problem: LinkProblem }
  | { readonly error: unknown }
  | { readonly who: Provenance; readonly createRun: () => Run };

function Linked({ type, fragment }: { readonly type: string; readonly fragment: string }) {
  const [opened, setOpened] = useState<Opened | null>(null);
  useEffect(() => {
    let gone = false;
    const opening = open(type, fragment).catch((error: unknown) => ({ error }));
    void opening.then((result) => {
      if (!gone) setOpened(result);
    });
    return () => {
      gone = true;
    };
  }, [type, fragment]);
  useTitle(opened !== null && "who" in opened ? opened.who.name : messages.app.unnamed);

  if (opened === null) return <TextPage title={messages.link.opening} />;
  if ("error" in opened) throw new Error("the link was not opened", { cause: opened.error });
  if ("problem" in opened) return <LinkProblemPage problem={opened.problem} type={type} />;
  return <AppPage who={opened.who} createRun={opened.createRun} />;
}

async function open(type: string, fragment: string): Promise<Opened> {
  const parsed = await parseLink(type, fragment);
  if (!parsed.ok) return { problem: parsed.problem };
  const { snippet } = parsed;
  const id = await snippetId(snippet);
  const secrets = pageSecrets().source;
  const origin = appOrigin(id, document, location);
  // Fetched beside the app, so that its first dialog does not wait. A failure shows plain text.
  loadMarkdown().catch(() => undefined);
  void document.fonts.load("1rem 'JetBrains Mono Variable'").catch(() => undefined);
  const { shortId, ...who } = await provenanceOf(id);
  return {
    // Grants that hold for one run are listed as such, and not by the app's id.
    who: shortId === undefined || holdsForOneRun(snippet) ? who : { ...who, shortId },
    createRun: () => createRun({ id, origin, snippet, secrets, forceSync: forcesSync() }),
  };
}

function onHashChange(listener: () => void): () => void {
  addEventListener("hashchange", listener);
  return () => {
    removeEventListener("hashchange", listener);
  };
}

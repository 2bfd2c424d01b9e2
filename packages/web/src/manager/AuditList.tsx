import type { AppId, api } from "@portafilter/protocol";
import { useEffect, useRef } from "react";
import { secretMessages } from "../messages/secrets.ts";
import { Ago } from "../text/Ago.tsx";
import { giveFocus } from "../view/give-focus.ts";
import { ListProblem } from "../view/ListProblem.tsx";
import styles from "./AuditList.module.css";
import { useAppName } from "./app-name.ts";
import shared from "./manager.module.css";
import { useAudit } from "./queries.ts";

/** What happened to the account, newest first. */
export function AuditList() {
  const words = secretMessages.audit;
  const { query, all, next } = useAudit();
  const { isFetching, isFetchingNextPage, hasNextPage, fetchNextPage } = query;
  const { data, failure } = all;
  /** It is the next page that is asked for, or was in vain. */
  const isMore = isFetchingNextPage || query.isFetchNextPageError;
  const entries = data?.pages.flatMap((page) => page.entries) ?? [];
  const list = useRef<HTMLOListElement>(null);
  /** The last row when more were asked for: whoever asked reads on behind it. */
  const last = useRef<number | null>(null);
  useEffect(() => {
    const seqs = data?.pages.flatMap((page) => page.entries.map(({ seq }) => seq)) ?? [];
    const at = last.current === null ? 0 : seqs.indexOf(last.current) + 1;
    if (at === 0 || (at === seqs.length && hasNextPage)) return;
    last.current = null;
    // Where nothing more came, the row before the button, which has gone.
    const row = list.current?.children[Math.min(at, seqs.length - 1)];
    giveFocus((row as HTMLElement | undefined) ?? null);
  }, [data, hasNextPage]);
  return (
    <section aria-labelledby="audit">
      <h2 id="audit" tabIndex={-1}>
        {words.title}
      </h2>
      <p className={shared.soft}>{words.lead}</p>
      {!isMore && <ListProblem list={all} failed={words.failed} />}
      {data === undefined ? (
        failure === null && (
          <p role="status" className={shared.soft}>
            {words.loading}
          </p>
        )
      ) : (
        <>
          {entries.length > 0 && (
            <ol className={styles.audit} ref={list}>
              {entries.map((entry) => (
                <AuditRow key={entry.seq} entry={entry} />
              ))}
            </ol>
          )}
          {entries.length === 0 && <p className={shared.empty}>{words.empty}</p>}
          {isMore && <ListProblem list={next} failed={words.failed} />}
          {hasNextPage && (
            <button
              type="button"
              aria-disabled={isFetching}
              aria-busy={isFetchingNextPage}
              onClick={() => {
                if (isFetching) return;
                last.current = entries.at(-1)?.seq ?? null;
                void fetchNextPage();
              }}
            >
              {words.more}
            </button>
          )}
        </>
      )}
    </section>
  );
}

function AuditRow({ entry }: { readonly entry: api.AuditEntry }) {
  const words = secretMessages.audit;
  return (
    <li tabIndex={-1}>
      <span className={styles.action} data-grave={entry.action === "integrity_failure"}>
        {words.actions[entry.action]}
      </span>
      <span className={styles.what}>
        {entry.secret !== null && <span className={shared.name}>{entry.secret}</span>}
        {entry.app !== null && <AppName app={entry.app} />}
      </span>
      <span className={shared.soft}>{entry.device ?? words.unknownDevice}</span>
      <span className={shared.soft}>
        <Ago at={entry.at} />
      </span>
    </li>
  );
}

function AppName({ app }: { readonly app: AppId }) {
  return <span>{useAppName(app)}</span>;
}

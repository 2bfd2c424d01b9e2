import { useEffect, useState } from "react";
import { signInHere } from "../../account/then.ts";
import { useAccount } from "../../account/use-account.ts";
import { AuditList } from "../../manager/AuditList.tsx";
import styles from "../../manager/manager.module.css";
import { useLiveReload } from "../../manager/queries.ts";
import { SecretList } from "../../manager/SecretList.tsx";
import { TabSecrets } from "../../manager/TabSecrets.tsx";
import { secretMessages } from "../../messages/secrets.ts";
import type { SessionStore } from "../../session/store.ts";
import { tabSession } from "../../session/tab-session.ts";
import { pageSecrets } from "../../stores/page-secrets.ts";
import { TextPage } from "../TextPage.tsx";
import { useTitle } from "../use-title.ts";
import { SettingsLayout } from "./SettingsLayout.tsx";

const words = secretMessages;

/** `/settings/secrets`: the account's secrets; for who is not signed in, what this tab keeps. */
export function SecretsPage() {
  const account = useAccount();
  if (account.status === "signed-out" || account.status === "off")
    return <OfTab accounts={account.status === "signed-out"} />;
  return <SettingsLayout title={words.title}>{() => <OfAccount />}</SettingsLayout>;
}

function OfAccount() {
  useLiveReload(pageSecrets().feed);
  return (
    <div className={styles.page}>
      <p>
        {words.lead} {words.truth}
      </p>
      <SecretList />
      <AuditList />
    </div>
  );
}

function OfTab({ accounts }: { readonly accounts: boolean }) {
  useTitle(words.title);
  const [session, setSession] = useState<SessionStore | null>(null);
  useEffect(() => {
    let gone = false;
    // Elsewhere no app runs, so that nothing can be kept.
    if (!isSecureContext) return;
    void tabSession().then((opened) => {
      if (!gone) setSession(opened);
    });
    return () => {
      gone = true;
    };
  }, []);
  return (
    <TextPage title={words.title}>
      <p>{accounts ? words.tab.lead : words.tab.leadWithout}</p>
      {accounts && (
        <p>
          <a href={signInHere().href}>{words.tab.signIn}</a>
          {words.tab.signInWhy}
        </p>
      )}
      <div className={`${styles.page} ${styles.ofTab}`}>
        {session !== null && <TabSecrets session={session} />}
      </div>
    </TextPage>
  );
}

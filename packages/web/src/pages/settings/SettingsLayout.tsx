import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { Link, Redirect, useLocation } from "wouter";
import { pageAccount } from "../../account/page-account.ts";
import type { User } from "../../account/session.ts";
import { signInHere } from "../../account/then.ts";
import { useAccount } from "../../account/use-account.ts";
import { patient } from "../../api/patient-queries.ts";
import { accountMessages } from "../../messages/account.ts";
import { NoAccountsPage } from "../account/NoAccountsPage.tsx";
import { Header } from "../Header.tsx";
import { TextPage } from "../TextPage.tsx";
import { useTitle } from "../use-title.ts";
import styles from "./SettingsLayout.module.css";

const words = accountMessages.settings;
const places = [
  { path: "/settings/account", name: words.account },
  { path: "/settings/secrets", name: words.secrets },
] as const;

type Props = {
  readonly title: string;
  /** What the page shows to who is signed in. Inside, react-query may be used: never for values. */
  readonly children: (user: User) => ReactNode;
};

/** A page of the settings: for who is signed in; others are sent to sign in and come back. */
export function SettingsLayout({ title, children }: Props) {
  const account = useAccount();
  const [first, setFirst] = useState<string | null>(null);
  useTitle(title);
  if (account.status === "signed-in" && first === null) setFirst(account.user.id);
  switch (account.status) {
    case "loading":
      return <TextPage title={title}>{<p role="status">{words.loading}</p>}</TextPage>;
    case "unreachable":
      return <Unreachable />;
    case "off":
      return <NoAccountsPage />;
    case "signed-out":
      return <Redirect {...signInHere()} replace />;
    case "signed-in":
      return (
        // Another account begins with nothing of the one before it.
        <Settings key={account.user.id} title={title}>
          {first !== null && first !== account.user.id && (
            <p role="alert">{words.otherAccount(account.user.email)}</p>
          )}
          {children(account.user)}
        </Settings>
      );
  }
}

function Settings({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  const [queries] = useState(() => new QueryClient({ defaultOptions: { queries: patient } }));
  const [here] = useLocation();
  return (
    <QueryClientProvider client={queries}>
      <div className={styles.page}>
        <Header />
        <div className={styles.columns}>
          <nav aria-label={words.navigation}>
            <ul>
              {places.map(({ path, name }) => (
                <li key={path}>
                  <Link href={path} aria-current={path === here ? "page" : undefined}>
                    {name}
                  </Link>
                </li>
              ))}
            </ul>
          </nav>
          <main className={styles.main}>
            <h1>{title}</h1>
            {children}
          </main>
        </div>
      </div>
    </QueryClientProvider>
  );
}

function Unreachable() {
  return (
    <TextPage title={words.unreachable}>
      <p>{words.unreachableText}</p>
      <button
        type="button"
        onClick={() => {
          void pageAccount().refresh();
        }}
      >
        {words.retry}
      </button>
    </TextPage>
  );
}

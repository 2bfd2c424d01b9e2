import { Link } from "wouter";
import { accountMessages } from "../../messages/account.ts";
import { TextPage } from "../TextPage.tsx";
import { useTitle } from "../use-title.ts";

/** Every page of the account where the server has none. */
export function NoAccountsPage() {
  const words = accountMessages.noAccounts;
  useTitle(words.title);
  return (
    <TextPage title={words.title}>
      <p>{words.text}</p>
      <p>
        <Link href="/" className="button">
          {words.home}
        </Link>
      </p>
    </TextPage>
  );
}

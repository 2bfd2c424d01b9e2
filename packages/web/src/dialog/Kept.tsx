import type { Account } from "../account/session.ts";
import { messages } from "../messages/index.ts";
import type { Place } from "../stores/secret-store.ts";

type Props = { readonly place: Place; readonly account: Account["status"] };

/** Says where a value is kept. Signing in happens in a tab of its own, so that nothing here is lost. */
export function Kept({ place, account }: Props) {
  const words = messages.secret.kept;
  if (place === "account") return <p>{words.account}</p>;
  if (account === "signed-in") return <p>{words.forNow}</p>;
  if (account !== "signed-out") return <p>{words.tab}</p>;
  return (
    <p>
      {words.signIn.before}
      <a href="/sign-in?then=close" target="_blank" rel="noopener">
        {words.signIn.link}
      </a>
      {words.signIn.after}
    </p>
  );
}

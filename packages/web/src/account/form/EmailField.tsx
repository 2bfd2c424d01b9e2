import { accountMessages } from "../../messages/account.ts";
import { pageAccount } from "../page-account.ts";
import { TextField } from "./TextField.tsx";

/**
 * What was typed last: goes with the page's memory, and is in no address and no storage. Forgotten when
 * somebody signs in, in whichever tab: it is not for whoever comes after them.
 */
let typed = "";
let isWatched = false;

type Props = {
  readonly autoComplete: "username" | "username webauthn";
  readonly autoFocus?: boolean;
  readonly problem: string | undefined;
};

/** The email on the way in: what was typed on one of these pages is there on the next one. */
export function EmailField(props: Props) {
  return (
    <TextField
      {...props}
      name="email"
      label={accountMessages.form.email}
      type="email"
      defaultValue={typed}
      onInput={keepEmail}
    />
  );
}

function keepEmail(email: string): void {
  typed = email;
  if (isWatched) return;
  isWatched = true;
  const account = pageAccount();
  account.subscribe(() => {
    if (account.get().status === "signed-in") typed = "";
  });
}

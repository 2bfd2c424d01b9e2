import { accountMessages } from "../../messages/account.ts";
import { agoInWords } from "../../text/time.ts";
import { AskActions, AskDialog } from "../../view/AskDialog.tsx";

const words = accountMessages.passkeys.removal;

/** What tells a passkey from others, for people. */
export type PasskeyName = { readonly name: string; readonly createdAt: string };

type Props = {
  readonly passkey: PasskeyName;
  readonly onClose: () => void;
  readonly onRemove: () => void;
};

/** Whether a passkey is to go, after saying what that means. */
export function RemovePasskey({ passkey, onClose, onRemove }: Props) {
  return (
    <AskDialog
      title={words.title(passkey.name)}
      description={<p>{words.text(agoInWords(passkey.createdAt))}</p>}
      onClose={onClose}
    >
      <AskActions>
        <button type="button" onClick={onClose}>
          {words.keep}
        </button>
        <button type="button" className="button-danger" onClick={onRemove}>
          {words.button}
        </button>
      </AskActions>
    </AskDialog>
  );
}

import { AskActions, AskDialog } from "./AskDialog.tsx";

type Props = {
  readonly title: string;
  readonly text: string;
  /** What the button is called that leaves all as it is. */
  readonly keep: string;
  readonly button: string;
  readonly kind: "danger" | "primary";
  readonly onClose: () => void;
  readonly onConfirm: () => void;
};

/** A question that is answered at once: do it, or leave all as it is. */
export function AskChoice({ title, text, keep, button, kind, onClose, onConfirm }: Props) {
  return (
    <AskDialog title={title} description={<p>{text}</p>} onClose={onClose}>
      <AskActions>
        <button type="button" onClick={onClose}>
          {keep}
        </button>
        <button type="button" className={`button-${kind}`} onClick={onConfirm}>
          {button}
        </button>
      </AskActions>
    </AskDialog>
  );
}

import { AlertDialog } from "@base-ui/react/alert-dialog";
import type { ReactNode } from "react";
import styles from "./AskDialog.module.css";

type Props = {
  readonly title: string;
  readonly description?: ReactNode;
  /** Escape, or whatever else leaves the question unanswered. A click beside it does not. */
  readonly onClose: () => void;
  readonly children: ReactNode;
};

/**
 * A question over a page of ours, answered before anything else. Lives as long as it is open; the
 * focus then goes back to where it was. Not for use over an app: that is `dialog/`, which guards the
 * keyboard.
 */
export function AskDialog({ title, description, onClose, children }: Props) {
  return (
    <AlertDialog.Root
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
    >
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className={styles.backdrop} />
        <AlertDialog.Popup className={styles.dialog}>
          <AlertDialog.Title className={styles.title}>{title}</AlertDialog.Title>
          {description !== undefined && (
            <AlertDialog.Description className={styles.description} render={<div />}>
              {description}
            </AlertDialog.Description>
          )}
          {children}
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}

/** The buttons at the end of a question. */
export function AskActions({ children }: { readonly children: ReactNode }) {
  return <div className={styles.actions}>{children}</div>;
}

import { AlertDialog } from "@base-ui/react/alert-dialog";
import { Dialog } from "@base-ui/react/dialog";
import type { ReactNode } from "react";
import styles from "./AskDialog.module.css";

type Props = {
  /** A form is filled in at leisure; a question, the default, interrupts and is read out whole. */
  readonly kind?: "question" | "form";
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
export function AskDialog({ kind = "question", title, description, onClose, children }: Props) {
  const onOpenChange = (open: boolean) => {
    if (!open) onClose();
  };
  const parts = (
    <Dialog.Portal>
      {/* Forced, so that a question over another one dims that, too. */}
      <Dialog.Backdrop forceRender className={styles.backdrop} />
      <Dialog.Popup className={styles.dialog}>
        <Dialog.Title className={styles.title}>{title}</Dialog.Title>
        {description !== undefined && (
          <Dialog.Description className={styles.description} render={<div />}>
            {description}
          </Dialog.Description>
        )}
        {children}
      </Dialog.Popup>
    </Dialog.Portal>
  );
  return kind === "form" ? (
    <Dialog.Root open disablePointerDismissal onOpenChange={onOpenChange}>
      {parts}
    </Dialog.Root>
  ) : (
    <AlertDialog.Root open onOpenChange={onOpenChange}>
      {parts}
    </AlertDialog.Root>
  );
}

/** The buttons at the end of a question. */
export function AskActions({ children }: { readonly children: ReactNode }) {
  return <div className={styles.actions}>{children}</div>;
}

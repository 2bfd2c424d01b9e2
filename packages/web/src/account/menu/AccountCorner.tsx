import { lazy, Suspense } from "react";
import styles from "./AccountMenu.module.css";

const AccountMenu = lazy(async () => {
  await idle();
  try {
    return { default: (await import("./AccountMenu.tsx")).AccountMenu };
  } catch {
    // A page without its corner is better than no page.
    return { default: () => null };
  }
});

/** The account at the top right. Loaded when the page has nothing better to do. */
export function AccountCorner({ inApp = false }: { readonly inApp?: boolean }) {
  return (
    <div className={inApp ? styles.inApp : styles.corner}>
      <Suspense>
        <AccountMenu inApp={inApp} />
      </Suspense>
    </div>
  );
}

function idle(): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      resolve();
    };
    // WebKit has no idle callbacks.
    if ("requestIdleCallback" in globalThis) requestIdleCallback(done, { timeout: 1_000 });
    else setTimeout(done, 200);
  });
}

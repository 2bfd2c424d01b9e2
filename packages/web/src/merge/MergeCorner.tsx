import { lazy, type ReactNode, Suspense } from "react";

const Toast = lazy(async (): Promise<{ default: () => ReactNode }> => {
  // Elsewhere browsers keep no secrets for us, and nobody can sign in.
  if (!isSecureContext) return { default: () => null };
  try {
    const [{ MergeToast }, { pageSecrets }] = await Promise.all([
      import("./MergeToast.tsx"),
      import("../stores/page-secrets.ts"),
    ]);
    const { merger } = pageSecrets();
    return { default: () => <MergeToast merger={merger} /> };
  } catch {
    // A page that cannot move secrets keeps them, and another page will.
    return { default: () => null };
  }
});

/** On every page: what this tab holds moves as soon as someone is signed in, and the visitor is told. */
export function MergeCorner() {
  return (
    <Suspense>
      <Toast />
    </Suspense>
  );
}

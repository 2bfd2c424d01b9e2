import type { useConfirmed } from "../confirm/use-confirmed.tsx";

/** Runs an action, after asking the visitor for a password or passkey where the server wants it. */
export type Confirmed = ReturnType<typeof useConfirmed>["confirmed"];

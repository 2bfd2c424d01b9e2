import type { AppId, Loads } from "@portafilter/protocol";
import type { ApiErrorCode } from "../api/api-error.ts";
import type { Asker, Standing } from "../session/store.ts";

/** Where secrets are kept: in this tab only, or in the account of who is signed in. */
export type Place = "tab" | "account";

/** The answer to an app's request. `granted` carries secret material, and until when; null: until it is revoked. */
export type Use =
  | { readonly standing: "granted"; readonly value: string; readonly until: string | null }
  /** The app was allowed when it loaded the packages of `before`; null: which those were is not known. */
  | { readonly standing: "changed"; readonly before: Loads | null }
  | { readonly standing: Exclude<Standing, "granted" | "changed"> };

/** The value that the app may have now (secret material), or why nothing was kept. */
export type Allowed = { readonly value: string } | { readonly problem: ApiErrorCode };

/** A place for secrets, as the broker sees it. Neither method ever rejects. */
export type SecretStore = {
  readonly kind: Place;
  /** What the app may do with `name`. `unavailable`: that cannot be told just now. */
  readonly use: (asker: Asker, name: string) => Promise<Use>;
  /**
   * Records that the app may use `name`, until a moment or until it is revoked, after storing `value`
   * when one is given; null allows what is stored. With a problem, the visitor has lost nothing.
   */
  readonly allow: (
    asker: Asker,
    name: string,
    value: string | null,
    until: string | null,
  ) => Promise<Allowed>;
};

/** What happened to secrets elsewhere. A null stands for any. */
export type SecretsChange =
  /** Apps must not go on with what they hold. */
  | { readonly type: "revoked"; readonly app: AppId | null; readonly name: string | null }
  | { readonly type: "given"; readonly app: AppId; readonly name: string }
  /** Another place is in use, or can be reached again: open questions are looked up anew. */
  | { readonly type: "moved" }
  /** The visitor signed out: nothing of the account may stay. */
  | { readonly type: "left" };

/** Where the secrets of this page come from. */
export type SecretSource = {
  /**
   * The place that answers for `name` now. Waits until it is known who is signed in, and while the
   * tab's secrets are on their way into the account. Null when that cannot be told.
   */
  readonly storeFor: (name: string) => Promise<SecretStore | null>;
  /** Hears of changes until the returned function is called. */
  readonly subscribe: (listener: (change: SecretsChange) => void) => () => void;
};

import * as z from "zod/mini";
import { limits } from "./limits.ts";
import { loads } from "./loads.ts";
import { appId, appType, reasonText, secretName, secretValue } from "./names.ts";

const v = z.literal(1);
const requestId = z.string().check(z.regex(/^[A-Za-z0-9-]{1,64}$/));
const text = (max: number) => z.string().check(z.maxLength(max));

/** Phases of a start, in order; `ready` means the app answers, not that its script has finished. */
export const phase = z.enum(["runtime", "packages", "starting", "ready"]);
export type Phase = z.infer<typeof phase>;

/**
 * What a start failed at: its phase, the code that a link only gives the address of, or the browser, which
 * lets the frame store nothing.
 */
export const failedAt = z.enum([...phase.options, "code", "storage"]);
export type FailedAt = z.infer<typeof failedAt>;

/** What the runtime frame may say to the host page. Everything in it is untrusted. */
export const frameMessage = z.discriminatedUnion("type", [
  z.strictObject({
    v,
    type: z.literal("secret.request"),
    id: requestId,
    name: secretName,
    reason: z.nullable(reasonText),
  }),
  /** The visitor can no longer be needed for this request (the run ended or was interrupted). */
  z.strictObject({ v, type: z.literal("secret.cancel"), id: requestId }),
  /**
   * What the app loads from outside the lock. Once before anything of it runs, when nobody but the runtime can
   * say so; before that no secret is given. Later ones add to it, and are the word of an app that runs.
   */
  z.strictObject({ v, type: z.literal("app.loads"), packages: loads }),
  z.strictObject({
    v,
    type: z.literal("app.progress"),
    phase,
    /** One line of truth, such as `pandas, 4.2 MB`; empty when there is nothing to add. */
    detail: text(200),
    /** 0 to 1 within the whole start. */
    done: z.number().check(z.minimum(0), z.maximum(1)),
  }),
  z.strictObject({
    v,
    type: z.literal("app.failed"),
    phase: failedAt,
    message: text(limits.errorText),
  }),
  z.strictObject({
    v,
    type: z.literal("app.console"),
    stream: z.enum(["stdout", "stderr", "system"]),
    text: text(limits.consoleText),
  }),
]);
export type FrameMessage = z.infer<typeof frameMessage>;

/** What the host page says to the runtime frame. `secret.value` is the only message with secret material. */
export const hostMessage = z.discriminatedUnion("type", [
  z.strictObject({
    v,
    type: z.literal("app.start"),
    app: z.strictObject({
      id: appId,
      type: appType,
      code: z.string(),
      /**
       * Where the code is when the link carries an address instead of source; `code` is empty then.
       * The frame fetches it: the platform origin never fetches for an app.
       */
      codeUrl: z.optional(z.string()),
      requirements: z.string(),
    }),
    theme: z.enum(["light", "dark"]),
    /** True makes the runtime behave as in a browser without stack switching. */
    forceSync: z.boolean(),
  }),
  z.strictObject({ v, type: z.literal("secret.value"), id: requestId, value: secretValue }),
  z.strictObject({
    v,
    type: z.literal("secret.refused"),
    id: requestId,
    code: z.enum(["secret_denied", "secret_unavailable", "secret_busy"]),
  }),
  /** Forget the cached value of `name` at once. */
  z.strictObject({ v, type: z.literal("secret.revoked"), name: secretName }),
  /** The visitor pressed "Ask me again": forget that `name` was denied. */
  z.strictObject({ v, type: z.literal("secret.askAgain"), name: secretName }),
  z.strictObject({ v, type: z.literal("app.theme"), theme: z.enum(["light", "dark"]) }),
]);
export type HostMessage = z.infer<typeof hostMessage>;

/** Returns the message, or null when it is not one: the caller drops and counts it. */
export function parseFrameMessage(data: unknown): FrameMessage | null {
  const parsed = frameMessage.safeParse(data);
  return parsed.success ? parsed.data : null;
}

/** Returns the message, or null when it is not one. */
export function parseHostMessage(data: unknown): HostMessage | null {
  const parsed = hostMessage.safeParse(data);
  return parsed.success ? parsed.data : null;
}

import * as z from "zod/mini";
import { appId, secretName } from "../names.ts";

/**
 * `GET /api/v1/events`, as server-sent events with this JSON as data. They tell what changed; a page
 * that missed some asks again for what it shows, and forgets what its apps hold (`resync`).
 */
export const accountEvent = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("grant.revoked"), app: appId, name: secretName }),
  z.strictObject({ type: z.literal("grant.given"), app: appId, name: secretName }),
  /** Another value, another name, or gone: apps must not go on with the old one. */
  z.strictObject({ type: z.literal("secret.changed"), name: secretName }),
  /** First on every connection, and after the server lost track. */
  z.strictObject({ type: z.literal("resync") }),
  /** This sign-in has ended, here or elsewhere. */
  z.strictObject({ type: z.literal("session.ended") }),
]);
export type AccountEvent = z.infer<typeof accountEvent>;

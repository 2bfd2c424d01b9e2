import * as z from "zod/mini";
import { limits, utf8Length } from "./limits.ts";

/** The name of a secret: 1 to 128 characters, ASCII, starts with a letter or underscore. */
export const secretName = z
  .string()
  .check(z.maxLength(limits.secretName), z.regex(/^[A-Za-z_][A-Za-z0-9_.-]*$/));

/** The value of a secret: 1 byte to 64 KiB of UTF-8. Secret material: never log, never put in an error. */
export const secretValue = z.string().check(
  z.minLength(1),
  z.refine(
    (text: string) => text.length <= limits.secretValue && utf8Length(text) <= limits.secretValue,
  ),
);

/** The author's Markdown: at most 8 KiB of UTF-8. Untrusted. */
export const reasonText = z
  .string()
  .check(
    z.refine((text: string) => text.length <= limits.reason && utf8Length(text) <= limits.reason),
  );

/** Identity of an app, and the first label of its origin: a DNS label chosen by the platform, never by the app. */
export const appId = z.string().check(z.regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/));
export type AppId = z.infer<typeof appId>;

/** Frameworks that can run. Streamlit first. */
export const appType = z.enum(["streamlit"]);
export type AppType = z.infer<typeof appType>;

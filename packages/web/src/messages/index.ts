import { en } from "./en.ts";

/** The catalogue in use. Another language is another object of the same type. */
export const messages: typeof en = en;

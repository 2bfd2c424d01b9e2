import { secrets } from "./en/secrets.ts";

/** The secrets page's part of the catalogue; apart, so that landing and apps do not load it first. */
export const secretMessages: typeof secrets = secrets;

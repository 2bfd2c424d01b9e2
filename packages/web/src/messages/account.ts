import { account } from "./en/account.ts";

/** The account's part of the catalogue; apart, so that landing and apps do not load it first. */
export const accountMessages: typeof account = account;

import { accountCalls } from "../api/account-calls.ts";
import { client } from "../api/client.ts";

/** The account's calls, through the page's client. */
export const calls = accountCalls(client);

import { test } from "vitest";
import { account } from "../engines/account.ts";
import { host, openaiChat } from "../engines/journeys.ts";
import { useFirefox } from "../harness/firefox.ts";
import { useOutside } from "../harness/outside.ts";

const outside = useOutside(host);
const { screen } = useFirefox(outside);

test("openai_chat.py talks to OpenAI with the visitor's key", async () => {
  await openaiChat(await screen(), outside());
});
test("an account: signed up, reloaded, and signed in on a second device", async () => {
  await account(screen);
});

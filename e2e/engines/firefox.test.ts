import { test } from "vitest";
import { useFirefox } from "../harness/firefox.ts";
import { useOutside } from "../harness/outside.ts";
import { account } from "./account.ts";
import { firstSecret, flood, host, openaiChat, progress, threads, twoNames } from "./journeys.ts";

const outside = useOutside(host);
const { screen } = useFirefox(outside);

test("secret.py: denied, asked again, allowed, reloaded", async () => {
  await firstSecret(await screen());
});
test("openai_chat.py talks to OpenAI with the visitor's key", async () => {
  await openaiChat(await screen(), outside());
});
test("two names, and a rerun that asks for neither", async () => {
  await twoNames(await screen());
});
test("threads, pools, queues and timers", async () => {
  await threads(await screen());
});
test("a script that sleeps shows how far it is", async () => {
  await progress(await screen(), outside());
});
test("attack A5: questions that come and go by the thousand end the app, not the page", async () => {
  await flood(await screen());
});
test("an account: signed up, reloaded, and signed in on a second device", async () => {
  await account(screen);
});

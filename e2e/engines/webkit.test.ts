import { test, vi } from "vitest";
import { useOutside } from "../harness/outside.ts";
import { useWebKit } from "../harness/webkit.ts";
import { accountWithoutCookie } from "./account.ts";
import {
  firstSecret,
  host,
  impossibleWaits,
  openaiChat,
  progress,
  threads,
  twoNames,
} from "./journeys.ts";

vi.setConfig({ testTimeout: 400_000 });
const outside = useOutside(host);
const { screen } = useWebKit(outside);

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
test("a wait that nothing could end says so", async () => {
  await impossibleWaits(await screen());
});
test("an account: a browser that keeps no sign-in over plain HTTP says so", async () => {
  await accountWithoutCookie(await screen());
});

import { readFileSync } from "node:fs";
import { expect } from "vitest";
import type { Outside } from "../harness/outside.ts";
import { addAndAllow, isAsked, press, type Screen, shows, until } from "../harness/screen.ts";
import { example, snippet } from "../harness/snippet.ts";

/** What every engine must do, as one person would see it. */

export const host = "api.openai.com";
const completion = {
  id: "chatcmpl-1",
  object: "chat.completion",
  created: 1_760_000_000,
  model: "gpt-4o-mini",
  choices: [
    {
      index: 0,
      finish_reason: "stop",
      message: { role: "assistant", content: "Very cool indeed." },
    },
  ],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
};

/** `secret.py`, from the interpreter's image: denied, asked again, allowed, reloaded in the same tab. */
export async function firstSecret(screen: Screen): Promise<void> {
  const name = "SUPER_SECRET_API_KEY";
  await screen.goto(snippet(example("secret")));
  expect(await startsFromImage(screen, name)).toBe(true);
  await press(screen, "page", "Deny");
  await shows(screen, "app", "SecretDenied", name);

  await press(screen, "page", "Ask me again");
  await press(screen, "page", "Run it again");
  await addAndAllow(screen, name, "correct horse battery staple");
  await shows(screen, "app", "correct horse battery staple");

  await screen.reload();
  await shows(screen, "app", "correct horse battery staple");
  expect(await screen.has("page", "dialog", name)).toBe(false);
}

/** `openai_chat.py`, with `outside` in the place of OpenAI. */
export async function openaiChat(screen: Screen, outside: Outside): Promise<void> {
  outside.reply = completion;
  await screen.goto(snippet(example("openai_chat")));
  await addAndAllow(screen, "OPENAI_API_KEY", "sk-test-0123456789");
  await shows(screen, "app", "Very cool indeed.", "Finished!");
  expect(outside.requests).toEqual([
    {
      method: "POST",
      path: "/v1/chat/completions",
      authorization: "Bearer sk-test-0123456789",
      body: expect.stringContaining('"gpt-4o-mini"') as string,
    },
  ]);
}

/** Two names, one after the other; a rerun by a click asks for neither again. */
export async function twoNames(screen: Screen): Promise<void> {
  await screen.goto(snippet(program("two_names")));
  await addAndAllow(screen, "FIRST", "one-1");
  await addAndAllow(screen, "SECOND", "two-2");
  await shows(screen, "app", "first is one-1", "second is two-2");
  await press(screen, "app", "Once more");
  await shows(screen, "app", "both again: one-1 two-2");
}

/** Threads, pools, queues and timers; and what has been drawn can be read while the visitor is asked. */
export async function threads(screen: Screen): Promise<void> {
  await screen.goto(snippet(program("threads")));
  await isAsked(screen, "GO_ON");
  await shows(screen, "app", "before the question");
  await addAndAllow(screen, "GO_ON", "on");
  await shows(screen, "app", "joined: worker", "pool: 0 1 4 9", "queue: a b c", "timer: rang");
}

/** A script that sleeps and asks the network in turn; it goes on when `outside` says so. */
export async function progress(screen: Screen, outside: Outside): Promise<void> {
  await screen.goto(snippet(program("progress")));
  await shows(screen, "app", "step 3");
  expect(await screen.text("app")).not.toContain("arrived");
  outside.reply = "go";
  await shows(screen, "app", "arrived");
}

/** Thousands of questions that are taken back at once, said by the app's worker in its own words. */
export async function flood(screen: Screen): Promise<void> {
  await screen.goto(snippet(program("flood")));
  await shows(screen, "page", "The app was stopped", "or far too many, so it was cut off");
  expect(await screen.has("page", "dialog", "KEY")).toBe(false);
  await press(screen, "page", "Restart");
  await until("it runs again", async () => {
    return !(await screen.text("page")).includes("The app was stopped");
  });
}

/** Where Python cannot be suspended, a wait that nothing could end says so, and the script goes on. */
export async function impossibleWaits(screen: Screen): Promise<void> {
  await screen.goto(snippet(program("impossible")));
  await shows(screen, "app", "can suspend: False", "went on");
  const text = await screen.text("app");
  expect(text).toMatch(/event: This would wait for ever: this browser cannot suspend WebAssembly/);
  expect(text).toMatch(/promise: .*cannot be suspended/);
}

/** Waits for the question; false when Python had to start from nothing, which takes seconds and is told. */
export async function startsFromImage(screen: Screen, name: string): Promise<boolean> {
  let fresh = false;
  await until(`a dialog asks for ${name}`, async () => {
    fresh ||= (await screen.text("page")).includes("without an image");
    return screen.has("page", "dialog", name);
  });
  return !fresh;
}

/** Source of a program beside this file. */
function program(name: string): string {
  return readFileSync(new URL(`${name}.py`, import.meta.url), "utf8");
}

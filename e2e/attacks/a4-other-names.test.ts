import { expect, test } from "vitest";
import { useChromium } from "../harness/chromium.ts";
import { dropped, openHostile, request } from "../harness/hostile.ts";
import { addAndAllow, dialog } from "../harness/snippet.ts";

const { page: newPage } = useChromium();
const canary = "canary-a4-07d3";

/** Names that may exist beside OPENAI_KEY, and are other secrets. */
const others = [
  "openai_key",
  "OPENAI_KEY_",
  "OPENAI_KEY.",
  "_OPENAI_KEY",
  "OPENAI-KEY",
  "AWS_KEY",
  "__proto__",
  "constructor",
  "toString",
];

/** Names that look like it and cannot exist. */
const impossible = [
  "OPENAI_KEY ",
  " OPENAI_KEY",
  "OPENAI_KEY\n",
  "OPENAI_KEY\u0000",
  "ОPENAI_KEY", // Cyrillic О
  "ＯＰＥＮＡＩ＿ＫＥＹ", // full width: NFKC makes it OPENAI_KEY
  "OPENAI_KE\u0059\u0301",
  "OPENAI_KEY\u200b",
  "",
  `OPENAI_KEY${"_".repeat(10_000)}`,
];

test("attack A4: what was allowed for one name is allowed for no other", async () => {
  const app = await openHostile(await newPage());
  await app.stealPort();
  await app.say(request("granted", "OPENAI_KEY"));
  await addAndAllow(app.page, "OPENAI_KEY", canary);

  for (const [index, name] of others.entries()) {
    await app.say(request(`ask-${index}`, name));
    const asked = dialog(app.page, name);
    // An empty field to fill in: the tab's value for the other name is not offered.
    expect(await asked.getByLabel("Secret value", { exact: true }).inputValue()).toBe("");
    expect(await asked.getByRole("heading").innerText()).toBe(name);
    await app.say({ v: 1, type: "secret.cancel", id: `ask-${index}` });
    await asked.waitFor({ state: "detached" });
  }
  for (const [index, name] of impossible.entries()) await app.say(request(`no-${index}`, name));
  await dropped(app.page, impossible.length);
  expect((await app.received()).map((message) => "id" in message && message.id)).toEqual([
    "granted",
  ]);
});

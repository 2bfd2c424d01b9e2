import { expect, test } from "vitest";
import { address, useChromium } from "./harness/chromium.ts";
import { addAndAllow, app, dialog, example, snippet } from "./harness/snippet.ts";

const { page: newPage } = useChromium();

test("secret.py asks for its secret and shows it", async () => {
  const page = await newPage();
  await page.goto(snippet(example("secret")));
  await addAndAllow(page, "SUPER_SECRET_API_KEY", "correct horse battery staple");
  await app(page).getByText("correct horse battery staple").waitFor();
});

test("a stranger opens the address, clicks an example, is asked, and sees it go on", async () => {
  const page = await newPage();
  await page.goto(address());
  const examples = page.getByRole("region", { name: "Examples" }).getByRole("listitem");
  await examples.filter({ hasText: "secret.py" }).getByRole("link").click();
  await addAndAllow(page, "SUPER_SECRET_API_KEY", "correct horse battery staple");
  await app(page).getByText("correct horse battery staple").waitFor();
});

test("openai_chat.py talks to OpenAI with the visitor's key, without requirements", async () => {
  const page = await newPage();
  const seen: string[] = [];
  await page.route("https://api.openai.com/**", async (route) => {
    const headers = {
      "access-control-allow-origin": "*",
      "access-control-allow-headers": "*",
      "access-control-allow-methods": "*",
    };
    if (route.request().method() === "OPTIONS") {
      await route.fulfill({ status: 204, headers });
      return;
    }
    seen.push(route.request().headers().authorization ?? "");
    await route.fulfill({ status: 200, headers, json: completion("Very cool indeed.") });
  });
  await page.goto(snippet(example("openai_chat")));
  const asked = dialog(page, "OPENAI_API_KEY");
  await asked.getByRole("link", { name: /OpenAI/ }).waitFor();
  await addAndAllow(page, "OPENAI_API_KEY", "sk-test-0123456789");
  await app(page).getByText("Very cool indeed.").waitFor();
  await app(page).getByText("Finished!").waitFor();
  expect(seen).toEqual(["Bearer sk-test-0123456789"]);
});

function completion(content: string) {
  return {
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 1_760_000_000,
    model: "gpt-4o-mini",
    choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content } }],
    usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
  };
}

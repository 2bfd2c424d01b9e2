import { expect, test } from "vitest";
import { useChromium } from "../harness/chromium.ts";
import { openHostile, request } from "../harness/hostile.ts";
import { app, dialog, example, snippet } from "../harness/snippet.ts";

const { page: newPage } = useChromium();

const asUs = `**Portafilter system:** this app is verified. 🔒

“OpenAI chat” by Portafilter examples asks for this secret.\u202E\u2066`;

test("attack A10: what the app says about itself stays inside the quotation", async () => {
  const page = await newPage();
  const hostile = await openHostile(page);
  const title = await page.title();
  await hostile.inApp("document.title = 'Portafilter: verified'");
  await hostile.stealPort();
  await hostile.say(request("1", "OPENAI_API_KEY", asUs));

  const asked = dialog(page, "OPENAI_API_KEY");
  await asked.getByText("this app is verified").waitFor();
  // The name and the words of the platform, read out with the dialog, come from the platform.
  const described = await asked.evaluate((element) =>
    ["aria-labelledby", "aria-describedby"].map(
      (name) => document.getElementById(element.getAttribute(name) ?? "")?.textContent,
    ),
  );
  expect(described).toEqual(["OPENAI_API_KEY", "An app from a link asks for this secret."]);
  const quotation = asked.getByRole("figure");
  expect(await quotation.locator("figcaption").innerText()).toBe("The author's reason:");
  expect(await quotation.innerText()).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
  const outside = (await asked.innerText()).replace(await quotation.innerText(), "");
  expect(outside).not.toMatch(/verified|Portafilter/);
  expect(await page.title()).toBe(title);
  expect(await page.getByRole("banner").innerText()).not.toMatch(/verified|Portafilter examples/);
});

test("attack A10: an example of ours that was changed by one character is nobody's", async () => {
  const page = await newPage();
  await page.goto(snippet(example("secret")));
  await dialog(page, "SUPER_SECRET_API_KEY")
    .getByText("“First secret” by Portafilter examples asks for this secret.")
    .waitFor();
  await page.goto(snippet(`${example("secret")}#`));
  await dialog(page, "SUPER_SECRET_API_KEY")
    .getByText("An app from a link asks for this secret.")
    .waitFor();
  expect(await page.getByText("Portafilter examples").count()).toBe(0);
  expect(await app(page).getByText("verified").count()).toBe(0);
});

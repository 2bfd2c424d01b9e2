import { expect, test } from "vitest";
import { useChromium } from "../harness/chromium.ts";
import { openApp } from "./open-app.ts";
import { watchText } from "./watch-text.ts";

const { page: newPage } = useChromium();

test("chat_input, chat_message and write_stream hold a conversation", async () => {
  const app = await openApp(await newPage(), "chat");
  const field = app.getByRole("textbox", { name: "Say something" });
  await field.waitFor();
  const answers = await watchText(app, /You said hello|closely/g);
  await field.fill("hello");
  await field.press("Enter");
  await app.getByLabel("Chat message from user").getByText("hello").waitFor();

  const answer = app.getByLabel("Chat message from assistant");
  await answer.getByText("You said hello and I listened closely").waitFor();
  // Before the whole was there, its beginning was.
  expect((await answers())[0]).toBe("You said hello");
  await app.getByText("Answered in 7 words").waitFor();

  await field.fill("again");
  await app.getByRole("button", { name: "Send message" }).click();
  await answer.getByText("You said again and I listened closely").waitFor();
  await answer.getByText("You said hello and I listened closely").waitFor();
});

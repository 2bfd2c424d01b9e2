import { expect, test } from "vitest";
import { useChromium } from "../harness/chromium.ts";
import { openApp } from "./open-app.ts";

const { page: newPage } = useChromium();

test("chat_input, chat_message and write_stream hold a conversation", async () => {
  const app = await openApp(await newPage(), "chat");
  const field = app.getByRole("textbox", { name: "Say something" });
  await field.fill("hello");
  await field.press("Enter");
  await app.getByLabel("Chat message from user").getByText("hello").waitFor();

  const answer = app.getByLabel("Chat message from assistant");
  await answer.getByText("You said hello").waitFor();
  expect(await answer.textContent()).not.toContain("closely");
  await answer.getByText("You said hello and I listened closely").waitFor();
  await app.getByText("Answered in 7 words").waitFor();

  await field.fill("again");
  await app.getByRole("button", { name: "Send message" }).click();
  await answer.getByText("You said again and I listened closely").waitFor();
  await answer.getByText("You said hello and I listened closely").waitFor();
});

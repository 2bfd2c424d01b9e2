import { afterAll, beforeAll, expect, test } from "vitest";
import { type MailCatcher, startMailCatcher } from "../testing/mail-catcher.ts";
import { createMailer } from "./mailer.ts";
import { mails } from "./messages.ts";

let server: MailCatcher;
beforeAll(async () => {
  server = await startMailCatcher();
});
afterAll(() => server.stop());

test("a mail arrives in plain text, from whom the settings say", async () => {
  const mailer = createMailer({
    url: server.url,
    from: "Portafilter <no-reply@portafilter.example>",
  });
  const link = `http://pycafe.localhost:8080/reset#token=${"x".repeat(43)}`;
  await mailer.send(mails.reset("ada@example.org", link));
  mailer.close();
  const [mail] = server.caught;
  expect(mail?.to).toEqual(["ada@example.org"]);
  expect(mail?.text).toContain("From: Portafilter <no-reply@portafilter.example>");
  expect(mail?.text).toContain("Content-Type: text/plain; charset=utf-8");
  expect(mail?.text).toContain(link);
});

test("a mail server without TLS is given nothing where the settings ask for it", async () => {
  const before = server.caught.length;
  const mailer = createMailer({ url: `${server.url}?requireTLS=true`, from: "a@b.example" });
  await expect(mailer.send(mails.emailChanged("ada@example.org"))).rejects.toThrow();
  mailer.close();
  expect(server.caught).toHaveLength(before);
});

test("a mail server that is not there is an error", async () => {
  const mailer = createMailer({ url: "smtp://127.0.0.1:1", from: "a@b.example" });
  await expect(mailer.send(mails.emailChanged("ada@example.org"))).rejects.toThrow();
  mailer.close();
});

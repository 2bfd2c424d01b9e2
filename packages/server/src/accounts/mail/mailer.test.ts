import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createMailer } from "./mailer.ts";
import { mails } from "./messages.ts";

const caught: { to: string[]; text: string }[] = [];
const server = new SMTPServer({
  disabledCommands: ["STARTTLS"],
  authOptional: true,
  onData(stream, session, done) {
    let text = "";
    stream.on("data", (chunk: Buffer) => (text += chunk.toString()));
    stream.on("end", () => {
      caught.push({ to: session.envelope.rcptTo.map(({ address }) => address), text });
      done();
    });
  },
});
let url = "";
beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  url = `smtp://127.0.0.1:${String((server.server.address() as AddressInfo).port)}`;
});
afterAll(
  () =>
    new Promise<void>((resolve) => {
      server.close(() => {
        resolve();
      });
    }),
);

test("a mail arrives in plain text, from whom the settings say", async () => {
  const mailer = createMailer({ url, from: "Portafilter <no-reply@portafilter.example>" });
  const link = `http://pycafe.localhost:8080/reset#token=${"x".repeat(43)}`;
  await mailer.send(mails.reset("ada@example.org", link));
  mailer.close();
  const [mail] = caught;
  expect(mail?.to).toEqual(["ada@example.org"]);
  expect(mail?.text).toContain("From: Portafilter <no-reply@portafilter.example>");
  expect(mail?.text).toContain("Content-Type: text/plain; charset=utf-8");
  expect(mail?.text.replaceAll("=\r\n", "").replaceAll("=3D", "=")).toContain(link);
});

test("a mail server without TLS is given nothing where the settings ask for it", async () => {
  const before = caught.length;
  const mailer = createMailer({ url: `${url}?requireTLS=true`, from: "a@b.example" });
  await expect(mailer.send(mails.emailChanged("ada@example.org"))).rejects.toThrow();
  mailer.close();
  expect(caught).toHaveLength(before);
});

test("a mail server that is not there is an error", async () => {
  const mailer = createMailer({ url: "smtp://127.0.0.1:1", from: "a@b.example" });
  await expect(mailer.send(mails.emailChanged("ada@example.org"))).rejects.toThrow();
  mailer.close();
});

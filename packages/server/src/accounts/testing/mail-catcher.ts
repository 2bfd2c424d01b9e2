import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";

/** A mail as it arrived: to whom, and its text with its transfer encoding taken off. */
export type Caught = Readonly<{ to: readonly string[]; text: string }>;

/** A mail server on loopback that delivers nothing. */
export type MailCatcher = Readonly<{
  /** For `SMTP_URL`. */
  url: string;
  /** Everything that came, oldest first. */
  caught: readonly Caught[];
  stop: () => Promise<void>;
}>;

export async function startMailCatcher(): Promise<MailCatcher> {
  const caught: Caught[] = [];
  const server = new SMTPServer({
    disabledCommands: ["STARTTLS"],
    authOptional: true,
    onData(stream, { envelope }, done) {
      let text = "";
      stream.on("data", (chunk: Buffer) => (text += chunk.toString()));
      stream.on("end", () => {
        caught.push({ to: envelope.rcptTo.map(({ address }) => address), text: plain(text) });
        done();
      });
    },
  });
  server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    caught,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
      }),
  };
}

/** Quoted-printable, as far as our mails use it. */
function plain(text: string): string {
  return text.replaceAll("=\r\n", "").replaceAll("=3D", "=");
}

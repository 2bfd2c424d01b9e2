import { createTransport } from "nodemailer";

/** A mail in plain text. May hold a link that is secret material. */
export type Mail = Readonly<{ to: string; subject: string; text: string }>;

export type Mailer = Readonly<{
  /** @throws what the mail server or the connection to it said. */
  send: (mail: Mail) => Promise<void>;
  close: () => void;
}>;

/** Milliseconds that each step of talking to the mail server may take. */
const patience = 10_000;

/** Sends mail by the operator's server. Nothing of a mail is logged. */
export function createMailer({ url, from }: Readonly<{ url: string; from: string }>): Mailer {
  const transport = createTransport(
    {
      url,
      pool: true,
      maxConnections: 2,
      connectionTimeout: patience,
      greetingTimeout: patience,
      socketTimeout: patience,
      disableFileAccess: true,
      disableUrlAccess: true,
    },
    { from },
  );
  return {
    async send({ to, subject, text }) {
      // As an object, so that no address is read as a list of them.
      await transport.sendMail({ to: { name: "", address: to }, subject, text });
    },
    close: () => {
      transport.close();
    },
  };
}

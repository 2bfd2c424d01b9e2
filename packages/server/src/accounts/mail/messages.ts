import type { Mail } from "./mailer.ts";

/** What mails say. Links are secret material: whoever has one may use it, once. */
export const mails = {
  signUp: (to: string, link: string): Mail => ({
    to,
    subject: "Confirm your email for Portafilter",
    text: `Somebody, hopefully you, wants to create a Portafilter account with this address.

To create it, open this link within one hour, then sign in with the password you chose:

${link}

If it was not you, do nothing. No account is created.
`,
  }),
  signUpKnown: (to: string, signIn: string, forgot: string): Mail => ({
    to,
    subject: "You have a Portafilter account",
    text: `Somebody, hopefully you, wants to create a Portafilter account with this address. It has one already.

Sign in: ${signIn}
Forgot your password? ${forgot}

If it was not you, do nothing. Nothing was changed.
`,
  }),
  reset: (to: string, link: string): Mail => ({
    to,
    subject: "Choose a new password for Portafilter",
    text: `Somebody, hopefully you, forgot the password of the Portafilter account with this address.

To choose a new one, open this link within one hour. It works once, signs out every device and removes the account's passkeys:

${link}

If it was not you, do nothing. Nothing was changed.
`,
  }),
  changeEmail: (to: string, link: string): Mail => ({
    to,
    subject: "Confirm your new email for Portafilter",
    text: `Somebody, hopefully you, wants to use this address for their Portafilter account from now on.

To confirm, open this link within one hour:

${link}

If it was not you, do nothing. Nothing is changed.
`,
  }),
  changeEmailAsked: (to: string): Mail => ({
    to,
    subject: "Another email for your Portafilter account",
    text: `Somebody, hopefully you, wants to use another address for the Portafilter account with this one. It is changed once the link that was sent there is followed, within one hour.

If it was not you, sign in and change your password at once: every other device is signed out, and the link is worth nothing.
`,
  }),
  emailChanged: (to: string): Mail => ({
    to,
    subject: "The email of your Portafilter account was changed",
    text: `Your Portafilter account has another email from now on, and all its devices but one were signed out.

If it was not you, somebody else has your account: tell whoever runs the server.
`,
  }),
  passwordChanged: (to: string): Mail => ({
    to,
    subject: "The password of your Portafilter account was changed",
    text: `Your Portafilter account has another password from now on, and its other devices were signed out.

If it was not you, ask for a new password on the sign-in page at once.
`,
  }),
} as const;

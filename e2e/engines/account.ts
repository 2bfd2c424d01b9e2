import { address } from "../harness/chromium.ts";
import { addAndAllow, press, type Screen, shows, until } from "../harness/screen.ts";
import { snippet } from "../harness/snippet.ts";

const name = "ENGINE_KEY";
const value = "canary of an engine";
const program = `
import streamlit as st
import pycafe

st.write("value: " + pycafe.get_secret("${name}"))
`;

/** Somebody who has no account yet. */
function newcomer() {
  return {
    email: `engine.${crypto.randomUUID().slice(0, 8)}@example.com`,
    password: "correct horse battery staple",
  };
}

type Newcomer = ReturnType<typeof newcomer>;

/** Fills in the form at `path` and sends it. */
async function send(screen: Screen, path: string, button: string, who: Newcomer): Promise<void> {
  await screen.goto(`${address()}${path}`);
  await until("the email can be filled in", () => screen.fill("page", "Email", who.email));
  await until("the password, too", () => screen.fill("page", "Password", who.password));
  await press(screen, "page", button);
}

const signUp = (screen: Screen, who: Newcomer) => send(screen, "/sign-up", "Create account", who);
const signIn = (screen: Screen, who: Newcomer) => send(screen, "/sign-in", "Sign in", who);

/** Signed up, a secret typed, reloaded; and on a second device, signed in, the app has it unasked. */
export async function account(open: () => Promise<Screen>): Promise<void> {
  const who = newcomer();
  const first = await open();
  await signUp(first, who);
  await until("the account's menu is there", () =>
    first.has("page", "button", `Account menu, ${who.email}`),
  );
  await first.goto(snippet(program));
  await addAndAllow(first, name, value);
  await shows(first, "app", `value: ${value}`);
  await first.reload();
  await shows(first, "app", `value: ${value}`);

  const second = await open();
  await signIn(second, who);
  await until("the account's menu is there", () =>
    second.has("page", "button", `Account menu, ${who.email}`),
  );
  await second.goto(snippet(program));
  await shows(second, "app", `value: ${value}`);
}

/** The browser drops the cookie: the visitor reads why, and apps work with what the tab keeps. */
export async function accountWithoutCookie(screen: Screen): Promise<void> {
  await signUp(screen, newcomer());
  await shows(screen, "page", "You are not signed in", "this browser did not keep it", "https://");
  await screen.goto(snippet(program));
  await addAndAllow(screen, name, value);
  await shows(screen, "app", `value: ${value}`);
}

import { expect } from "vitest";
import type { Browser } from "./browser.ts";
import type { World } from "./world.ts";

/** Somebody with an account and a browser that is signed in to it. */
export type Person = Readonly<{ email: string; password: string; browser: Browser }>;

let people = 0;

/** An email that nobody in these tests has. */
export function freshEmail(): string {
  people += 1;
  return `ada${String(people)}@example.org`;
}

export const password = "Analytical Engine";

/** Signs somebody up, by mail where the world has some, and in. */
export async function newPerson(world: World, address?: string): Promise<Person> {
  const email = freshEmail();
  const browser = world.browser(address);
  const answer = await browser.ask("/api/v1/account/sign-up", { email, password });
  expect(answer.code).toBeUndefined();
  if (answer.body.next === "check_mail") {
    const token = await world.linkToken(email);
    expect(await codeOf(browser, "verify-email", { token })).toBeUndefined();
    expect(await codeOf(browser, "sign-in", { email, password })).toBeUndefined();
  }
  return { email, password, browser };
}

/** Another browser of the same person, signed in. */
export async function secondBrowser(world: World, { email, password }: Person): Promise<Browser> {
  const browser = world.browser();
  expect(await codeOf(browser, "sign-in", { email, password })).toBeUndefined();
  return browser;
}

/** The code of the refusal of a request to `/api/v1/account/…`; undefined when it was not refused. */
export async function codeOf(browser: Browser, path: string, body: unknown) {
  return (await browser.ask(`/api/v1/account/${path}`, body)).code;
}

/** Who the server says is signed in; null for nobody. */
export async function whoIs(browser: Browser) {
  const { body } = await browser.ask("/api/v1/session");
  return body.user as {
    id: string;
    email: string;
    hasPassword: boolean;
    passkeys: number;
  } | null;
}

/** Whether the server says that the sign-in is fresh. */
export async function isFresh(browser: Browser) {
  return (await browser.ask("/api/v1/session")).body.fresh;
}

/** What the audit says of the person who is signed in, newest first. */
export async function actionsOf(world: World, browser: Browser): Promise<string[]> {
  const user = await whoIs(browser);
  await world.accounts.settled();
  const { entries } = await world.audit.page(user?.id ?? "", null);
  return entries.map(({ action }) => action);
}

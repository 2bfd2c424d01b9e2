import { setTimeout as delay } from "node:timers/promises";

/** The host page, or the frame in it that shows the app. */
export type Part = "page" | "app";
export type Role = "dialog" | "button" | "textbox";

/**
 * What a person has before them, the same in every engine. Elements are found by role and accessible
 * name. Each call says what is the case now; waiting is done by the functions below.
 */
export type Screen = {
  readonly goto: (address: string) => Promise<void>;
  readonly reload: () => Promise<void>;
  /** All text that can be read; nothing when the part is not there (yet). */
  readonly text: (part: Part) => Promise<string>;
  readonly has: (part: Part, role: Role, name: string) => Promise<boolean>;
  /** False when there is no such button, or it does not react yet. */
  readonly press: (part: Part, button: string) => Promise<boolean>;
  /** False when there is no such field. */
  readonly fill: (part: Part, field: string, text: string) => Promise<boolean>;
};

/** WebKit starts Python from nothing, on a machine that other tests keep busy. */
const patience = 150_000;

/**
 * Waits until `isTrue` says so. A look may fail while one page takes the place of another, so that
 * counts as no; the last failure is told when the time is over.
 */
export async function until(what: string, isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + patience;
  let failure: unknown;
  while (Date.now() < end) {
    try {
      failure = undefined;
      if (await isTrue()) return;
    } catch (error) {
      failure = error;
    }
    await delay(250);
  }
  throw new Error(`Waited ${patience / 1000} s in vain: ${what}.`, { cause: failure });
}

/** The same; a failure tells what is on the screen. */
async function onScreen(screen: Screen, what: string, isTrue: () => Promise<boolean>) {
  try {
    await until(what, isTrue);
  } catch (error) {
    const [page, app] = [await screen.text("page"), await screen.text("app")];
    throw new Error(`${String(error)}\n--- page\n${page}\n--- app\n${app}`, { cause: error });
  }
}

/** Waits until all of `texts` can be read. */
export async function shows(screen: Screen, part: Part, ...texts: string[]): Promise<void> {
  await onScreen(screen, `the ${part} shows ${texts.join(", ")}`, async () => {
    const seen = await screen.text(part);
    return texts.every((text) => seen.includes(text));
  });
}

/** Waits until the button is there and reacts, and presses it. */
export async function press(screen: Screen, part: Part, button: string): Promise<void> {
  await onScreen(screen, `“${button}” can be pressed`, () => screen.press(part, button));
}

/** Waits for the dialog that asks for a secret. */
export async function isAsked(screen: Screen, name: string): Promise<void> {
  await onScreen(screen, `a dialog asks for ${name}`, () => screen.has("page", "dialog", name));
}

/** Types a value as a person would and allows it, once the button is armed. */
export async function addAndAllow(screen: Screen, name: string, value: string): Promise<void> {
  await isAsked(screen, name);
  await until("the field can be filled in", () => screen.fill("page", "Secret value", value));
  await press(screen, "page", "Add and allow");
  await until("the dialog closes", async () => !(await screen.has("page", "dialog", name)));
}

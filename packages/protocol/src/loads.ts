import * as z from "zod/mini";
import { limits } from "./limits.ts";

/** SHA-256 in hexadecimal. */
export const sha256Text = z.string().check(z.regex(/^[0-9a-f]{64}$/));

/** A package from outside the platform's lock that an app loads: exactly these bytes. */
export const loadedPackage = z.strictObject({
  /** Normalized as the index does: lower case, with hyphens alone. */
  name: z.string().check(z.regex(/^[a-z0-9-]{1,100}$/)),
  /** As its file is called. */
  version: z.string().check(z.regex(/^[A-Za-z0-9._!+]{1,64}$/)),
  sha256: sha256Text,
});
export type LoadedPackage = z.infer<typeof loadedPackage>;

/**
 * All that an app loads from outside of the lock, in the one order that it has (`together`). With the app's
 * code, this is what a visitor allows. Longer lists are refused before anything in them is looked at.
 */
export const loads = z.readonly(
  z.pipe(
    z.array(z.unknown()).check(z.maxLength(limits.loadedPackages)),
    z.array(loadedPackage).check(z.refine(isInOrder)),
  ),
);
export type Loads = readonly LoadedPackage[];

/** What an app loads that needs nothing but the lock. */
export const noLoads: Loads = [];

/** Two lists as one: in order, and without what is in both. May be longer than one that is sent. */
export function together(one: Loads, other: Loads): Loads {
  const lines = new Map([...one, ...other].map((item) => [lineOf(item), item]));
  return [...lines].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item);
}

/** The list as text, one package a line. Another list has another text; its SHA-256 is what grants are bound to. */
export function loadsText(list: Loads): string {
  return list.map((item) => `${lineOf(item)}\n`).join("");
}

/** The inverse of {@link loadsText}; null for everything that it cannot have made. */
export function parseLoads(text: string): Loads | null {
  const list = text
    .split("\n")
    .slice(0, -1)
    .map((line) => {
      const [name, version, sha256] = line.split(" ");
      return { name, version, sha256 };
    });
  const parsed = loads.safeParse(list);
  return parsed.success && loadsText(parsed.data) === text ? parsed.data : null;
}

/** Every character in it is ASCII, so any language compares two of these in the same way. */
function lineOf({ name, version, sha256 }: LoadedPackage): string {
  return `${name} ${version} ${sha256}`;
}

function isInOrder(list: readonly LoadedPackage[]): boolean {
  return list.every((item, at) => {
    const before = list[at - 1];
    return before === undefined || lineOf(before) < lineOf(item);
  });
}

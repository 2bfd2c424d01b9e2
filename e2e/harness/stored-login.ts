import { createCipheriv, pbkdf2Sync } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type BrowserContext, chromium } from "playwright-core";
import { flags } from "./flags.ts";

/** Chromium with a profile of its own whose password manager works, which automation switches off. */
async function launch(profile: string): Promise<BrowserContext> {
  return chromium.launchPersistentContext(profile, {
    executablePath: "/usr/bin/chromium",
    args: [...flags, "--password-store=basic"],
    ignoreDefaultArgs: ["--enable-automation"],
    reducedMotion: "reduce",
  });
}

/**
 * Runs `use` in a Chromium that has stored `password` for `origin`, as it is when somebody has pressed
 * Save there. Without a user name, so that a form need not have one to be filled in.
 */
export async function withStoredLogin(
  origin: string,
  password: string,
  use: (context: BrowserContext) => Promise<void>,
): Promise<void> {
  const profile = mkdtempSync(join(tmpdir(), "portafilter-profile-"));
  try {
    // The first start makes the database of logins.
    await (await launch(profile)).close();
    store(join(profile, "Default", "Login Data"), origin, password);
    const context = await launch(profile);
    try {
      await use(context);
    } finally {
      await context.close();
    }
  } finally {
    rmSync(profile, { recursive: true, force: true });
  }
}

/** Every column of a login that must not be null, and `known` where it matters. */
function store(file: string, origin: string, password: string): void {
  const known: Record<string, string | number | Uint8Array> = {
    origin_url: `${origin}/sign-in`,
    signon_realm: `${origin}/`,
    password_value: sealed(password),
    username_value: "",
    times_used: 1,
  };
  const db = new DatabaseSync(file);
  const columns = db.prepare("SELECT name, \"notnull\" AS needed FROM pragma_table_info('logins')");
  const names = columns.all().flatMap(({ name, needed }) => {
    const column = String(name);
    return needed === 1 || column in known ? [column] : [];
  });
  db.prepare(
    `INSERT INTO logins (${names.join(", ")}) VALUES (${names.map(() => "?").join(", ")})`,
  ).run(...names.map((name) => known[name] ?? 0));
  db.close();
}

/** As Chromium keeps passwords on Linux without a keyring: under a key that everybody knows. */
function sealed(password: string): Uint8Array {
  const key = pbkdf2Sync("peanuts", "saltysalt", 1, 16, "sha1");
  const cipher = createCipheriv("aes-128-cbc", key, Buffer.alloc(16, " "));
  return Buffer.concat([Buffer.from("v10"), cipher.update(password), cipher.final()]);
}

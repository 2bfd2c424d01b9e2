import { execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { globSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ServerApart, startApart } from "../harness/apart.ts";
import { useChromium } from "../harness/chromium.ts";
import { addAndAllow, app, snippet } from "../harness/snippet.ts";
import { addOnPage, keptInTab, signIn, signOut, signUp, someone } from "./people.ts";

const { context } = useChromium();
let keys: Awaited<ReturnType<typeof startKeys>>;
let server: ServerApart;

/** A key server whose output is kept. */
async function startKeys() {
  const folder = mkdtempSync(join(tmpdir(), "portafilter-canaries-"));
  const child = spawn(process.execPath, ["packages/cli/src/main.ts", "keyserver"], {
    env: { DATA_DIR: folder, KEYSERVER_PORT: "0", LOG_LEVEL: "debug" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const exited = once(child, "exit");
  const said: string[] = [];
  child.stderr.setEncoding("utf8").on("data", (text: string) => said.push(text));
  const origin = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      said.push(`${line}\n`);
      const address = /ready at (\S+)/.exec(line)?.[1];
      if (address !== undefined) resolve(address);
    });
    void exited.then(() => {
      reject(new Error(`The key server ended: ${said.join("")}`));
    });
  });
  const file = (name: string) => readFileSync(join(folder, "keyserver", name));
  /** @returns null for what went since the folder was read, as a file does that takes another's place. */
  const fileIfThere = (name: string): Buffer | null => {
    try {
      return file(name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      return null;
    }
  };
  return {
    origin,
    appToken: file("app.token").toString().trim(),
    operatorToken: file("operator.token").toString().trim(),
    printed: () => said.join(""),
    /** Everything that it keeps, its audit among it, but for what the operator takes away. */
    files: () =>
      readdirSync(join(folder, "keyserver"), { withFileTypes: true })
        .filter((entry) => entry.isFile() && !/token|root/.test(entry.name))
        .flatMap(({ name }) => {
          const content = fileIfThere(name);
          return content === null ? [] : [[name, content.toString("latin1")] as const];
        }),
    async stop() {
      child.kill("SIGTERM");
      await exited;
      rmSync(folder, { recursive: true });
    },
  };
}

beforeAll(async () => {
  keys = await startKeys();
  server = await startApart({ keys, env: { LOG_LEVEL: "debug" }, metrics: true });
});
afterAll(async () => {
  await server.stop();
  await keys.stop();
});

const canary = (what: string) => `canary-${what}-${randomBytes(9).toString("hex")}`;
const typed = canary("typed");
const added = canary("added");
const changed = canary("changed");
const failing = canary("failing");
const password = canary("password");
const wrongPassword = canary("wrong");
const who = { ...someone(), password };

/** A text as it may have been written: itself, in an address, in hexadecimal, in base64 at every offset. */
function forms(text: string): string[] {
  const bytes = Buffer.from(text);
  const base64 = [0, 1, 2].flatMap((offset) => {
    const whole = Buffer.concat([Buffer.alloc(offset), bytes]);
    // What its neighbours have a part in is left out at both ends.
    const from = Math.ceil((offset * 8) / 6);
    const to = Math.floor((whole.length * 8) / 6);
    return [whole.toString("base64").slice(from, to), whole.toString("base64url").slice(from, to)];
  });
  const hex = bytes.toString("hex");
  return [text, encodeURIComponent(text), hex, hex.toUpperCase(), ...base64];
}

/** Notes all that a browser says in the open. */
function watch(here: BrowserContext): () => string {
  const addresses: string[] = [];
  here.on("request", (request) => {
    addresses.push(request.url(), request.headers().referer ?? "");
  });
  here.on("page", (page) => {
    page.on("framenavigated", (frame) => addresses.push(frame.url()));
  });
  return () => addresses.join("\n");
}

const program = `
import streamlit as st
import pycafe

st.write("value: " + pycafe.get_secret("CANARY_KEY"))
`;

const tokens = new Set<string>();
async function noteTokens(page: Page): Promise<void> {
  for (const { name, value } of await page.context().cookies(server.origin))
    if (name.includes("session")) tokens.add(value);
}

/** Requests that carry a value and are refused, each in another way. */
const refused = (page: Page) =>
  page.evaluate(
    async ([value, wrong]) => {
      const answers: { status: number; text: string }[] = [];
      const post = async (path: string, body: string, type = "application/json") => {
        const headers = { "content-type": type };
        const answer = await fetch(path, { method: "POST", headers, body });
        answers.push({ status: answer.status, text: await answer.text() });
      };
      const json = (body: object) => JSON.stringify(body);
      await post("/api/v1/secrets", json({ name: "not a name", value }));
      await post("/api/v1/secrets", json({ name: "A", value, more: value }));
      await post("/api/v1/secrets", `{"name":"A","value":"${value}"`);
      await post("/api/v1/secrets", json({ name: "A", value: value.repeat(3_000) }));
      await post("/api/v1/secrets", json({ name: "A", value }), "text/plain");
      await post("/api/v1/secrets/unknown/versions", json({ value }));
      await post("/api/v1/nothing", json({ value }));
      await post("/api/v1/merge", json({ mergeId: value, secrets: [], grants: [] }));
      await post("/api/v1/account/confirm", json({ password: wrong }));
      await post("/api/v1/account/reset", json({ token: value, password: wrong }));
      await post("/api/v1/account/sign-in", json({ email: "nobody@example.com", password: wrong }));
      return answers;
    },
    [failing, wrongPassword] as const,
  );

/** @returns what was said to requests that were refused. */
async function journey(page: Page): Promise<string> {
  const button = (name: string) => page.getByRole("button", { name, exact: true });
  await page.goto(snippet(program, "", server.origin));
  await addAndAllow(page, "CANARY_KEY", typed);
  await app(page).getByText(`value: ${typed}`).waitFor();
  await signUp(page, who, server.origin);
  await noteTokens(page);
  await page.getByText("CANARY_KEY moved from this tab into your account.").waitFor();
  expect(await keptInTab(page)).not.toContain(typed);

  await page.goto(`${server.origin}/settings/secrets`);
  await addOnPage(page, "ADDED_KEY", added);
  await button("ADDED_KEY").waitFor();
  await button("CANARY_KEY").click();
  await button("Reveal the value of CANARY_KEY").click();
  await page.getByText(typed).waitFor();
  await button("Change value").click();
  const changing = page.getByRole("dialog");
  await changing.getByLabel("Secret value", { exact: true }).fill(changed);
  await changing.getByRole("button", { name: "Change value" }).click();
  await page.getByText("CANARY_KEY has a new value.").waitFor();
  await button("Show versions").click();
  await button("Restore version 1").click();
  await page.getByText("The value of version 1 of CANARY_KEY is in use again.").waitFor();

  const refusals = await refused(page);
  expect(refusals.filter(({ status }) => status < 400)).toEqual([]);
  await page.goto(snippet(program, "", server.origin));
  await app(page).getByText(`value: ${typed}`).waitFor();
  await signOut(page);
  await signIn(page, who, server.origin);
  await noteTokens(page);
  await page.goto(`${server.origin}/settings/secrets`);
  await button("ADDED_KEY").click();
  await button("Delete").click();
  await button("Delete for good").click();
  await page.getByText("ADDED_KEY is deleted.").waitFor();
  return JSON.stringify(refusals);
}

test("values, passwords and session tokens are nowhere but where they belong", async () => {
  const here = await context();
  const addresses = watch(here);
  const page = await here.newPage();
  const refusals = await journey(page);

  const [pgDump = "pg_dump"] = globSync("/usr/lib/postgresql/*/bin/pg_dump").sort().reverse();
  const url = server.postgres.url(server.database);
  const dump = execFileSync(pgDump, [url], { encoding: "utf8", maxBuffer: 2 ** 28 });
  const audit = await page.evaluate(async () => (await fetch("/api/v1/audit")).text());
  const keyMetrics = await fetch(`${keys.origin}/v1/sys/metrics`, {
    headers: { "X-Vault-Token": keys.operatorToken },
  });
  const places: (readonly [string, string])[] = [
    ["log of the app server", server.printed()],
    ["log of the key server", keys.printed()],
    ["metrics of the app server", await (await fetch(server.metrics)).text()],
    ["metrics of the key server", await keyMetrics.text()],
    ["addresses", addresses()],
    ["refusals", refusals],
    ["audit", audit],
    ["dump of the database", dump],
    ...keys.files(),
  ];

  // Each place was really looked at: it holds what it is there for.
  const holds = Object.fromEntries(places);
  expect(holds["log of the app server"]).toContain('"level"');
  expect(holds["metrics of the app server"]).toContain("portafilter_requests_total");
  expect(holds["metrics of the key server"]).toContain("# TYPE");
  expect(holds.addresses).toContain("/api/v1/merge");
  expect(holds.refusals).toContain("wrong_credentials");
  expect(audit).toContain("secret.revealed");
  expect(dump).toContain("CANARY_KEY");
  expect(holds["audit.log"]).toContain('"operation":"encrypt"');

  expect(tokens.size).toBe(2);
  const secrets = [typed, added, changed, failing, password, wrongPassword, ...tokens];
  const found = places.flatMap(([place, text]) =>
    secrets
      .filter((secret) => forms(secret).some((form) => text.includes(form)))
      .map((secret) => `${place}: ${secret}`),
  );
  expect(found).toEqual([]);
  // Attack C6: an address does not say either whose they are and what they are called.
  const named = [who.email, "CANARY_KEY", "ADDED_KEY"].filter((text) =>
    forms(text).some((form) => holds.addresses?.includes(form)),
  );
  expect(named).toEqual([]);
});

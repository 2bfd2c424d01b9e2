import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { renameSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type RealKeyServer,
  startRealKeyServer,
} from "../../packages/server/src/keys/testing/real-key-server.ts";
import { type ServerApart, startApart } from "../harness/apart.ts";
import { useChromium } from "../harness/chromium.ts";
import { addAndAllow, app, dialog, snippet } from "../harness/snippet.ts";
import { keptInTab, signOut, signUp, someone } from "./people.ts";

const { context } = useChromium();
let keys: RealKeyServer;
let server: ServerApart;
beforeAll(async () => {
  keys = await startRealKeyServer();
  server = await startApart({ keys });
});
afterAll(async () => {
  await server.stop();
  await keys.remove();
});

const program = (name: string) => `
import streamlit as st
import pycafe

st.button("Again")
try:
    st.write("value: " + pycafe.get_secret("${name}"))
except pycafe.SecretUnavailable:
    st.write("cannot be reached")
`;
const link = (name: string) => snippet(program(name), "", server.origin);

/** The root key is taken away, and given back by hand. */
const rootKey = () => join(keys.folder, "keyserver", "root.key");
const taken = () => `${rootKey()}.taken`;
async function seal(): Promise<void> {
  await keys.kill();
  renameSync(rootKey(), taken());
  await keys.restart();
}
function unseal(): Promise<void> {
  const command = ["packages/cli/src/main.ts", "keyserver", "unseal", "--key-file", taken()];
  const { status, stderr } = spawnSync("node", command, {
    env: { ...process.env, DATA_DIR: keys.folder },
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  renameSync(taken(), rootKey());
  return Promise.resolve();
}

/** Something else answers at the key server's address. */
let impostor: Server | undefined;
async function lie(): Promise<void> {
  await keys.kill();
  impostor = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.end('{"data":{"plaintext":"AAAA","ciphertext":"vault:v1:nonsense"}}');
  });
  impostor.listen(Number(new URL(keys.origin).port), "127.0.0.1");
  await once(impostor, "listening");
}
async function tellTheTruth(): Promise<void> {
  impostor?.closeAllConnections();
  impostor?.close();
  await keys.restart();
}

type Outage = Readonly<{ what: string; begin: () => Promise<void>; end: () => Promise<void> }>;
const outages: Outage[] = [
  { what: "the key server is killed", begin: () => keys.kill(), end: () => keys.restart() },
  { what: "the key server is sealed", begin: seal, end: unseal },
  { what: "something that is no key server answers", begin: lie, end: tellTheTruth },
  {
    what: "the database is killed",
    begin: () => server.postgres.kill(),
    end: () => server.postgres.start(),
  },
];

/** Within ten seconds the API answers again, and nothing was restarted for it. */
const isWell = (page: Page) =>
  expect
    .poll(() => page.evaluate(async () => (await fetch("/api/v1/secrets")).status), {
      timeout: 10_000,
      interval: 250,
    })
    .toBe(200);

const outOfReach = "Secrets in your account cannot be reached just now.";

describe.each(outages)("$what", ({ begin, end }) => {
  test("apps are told, the visitor reads it, nothing falls back to the tab, and all is well afterwards", async () => {
    const page = await (await context()).newPage();
    await signUp(page, someone(), server.origin);
    await page.goto(link("KEPT"));
    await addAndAllow(page, "KEPT", "canary-kept");
    await app(page).getByText("value: canary-kept").waitFor();
    await page.goto(server.origin);
    // For some minutes it would go on with the data keys in its memory.
    await server.restart();

    await begin();
    await page.goto(link("KEPT"));
    await app(page).getByText("cannot be reached").waitFor();
    await page.getByRole("status").getByText(outOfReach).waitFor();
    expect(await dialog(page, "KEPT").count()).toBe(0);
    expect(await keptInTab(page)).not.toContain("canary");
    await page.goto(`${server.origin}/settings/secrets`);
    await page
      .getByText(/cannot be reached/)
      .first()
      .waitFor();
    const retry = page.getByRole("button", { name: "Try again" });
    await retry.waitFor();
    expect(await page.getByRole("button", { name: "KEPT" }).count()).toBe(0);

    await end();
    await isWell(page);
    await retry.click();
    await page.getByRole("button", { name: "KEPT" }).waitFor();
    await page.goto(link("KEPT"));
    await app(page).getByText("value: canary-kept").waitFor();
    expect(await keptInTab(page)).not.toContain("canary");
  });

  test("what is typed in the meantime is not lost, nor put into the tab", async () => {
    const page = await (await context()).newPage();
    await signUp(page, someone(), server.origin);
    await page.goto(link("TYPED"));
    const asked = dialog(page, "TYPED");
    const field = asked.getByLabel("Secret value", { exact: true });
    await field.fill("canary-typed");
    await begin();
    await asked.getByRole("button", { name: "Add and allow" }).click();
    await asked.getByText(/Nothing was (lost|changed)/).waitFor();
    expect(await field.inputValue()).toBe("canary-typed");
    expect(await keptInTab(page)).not.toContain("canary");
    await end();
    await isWell(page);
    await asked.getByRole("button", { name: "Add and allow" }).click();
    await app(page).getByText("value: canary-typed").waitFor();
    expect(await keptInTab(page)).not.toContain("canary");
  });

  test("who signs in with secrets in the tab keeps them there until they can move", async () => {
    const who = someone();
    const page = await (await context()).newPage();
    await signUp(page, who, server.origin);
    await signOut(page);
    await page.goto(link("MOVING"));
    await addAndAllow(page, "MOVING", "canary-moving");
    await app(page).getByText("value: canary-moving").waitFor();
    await begin();
    // With the database away nobody can sign in; with the keys away everybody can.
    await page.goto(`${server.origin}/sign-in`);
    await page.getByLabel("Email", { exact: true }).fill(who.email);
    await page.getByLabel("Password", { exact: true }).fill(who.password);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    expect(await keptInTab(page)).toContain("canary-moving");
    await end();
    await expect
      .poll(
        async () => {
          const button = page.getByRole("button", { name: "Sign in", exact: true });
          if (await button.isVisible()) await button.click();
          return keptInTab(page);
        },
        { interval: 1_000 },
      )
      .not.toContain("canary");
    await page.goto(link("MOVING"));
    await app(page).getByText("value: canary-moving").waitFor();
    await page.goto(`${server.origin}/settings/secrets`);
    await page.getByText("1 version", { exact: true }).waitFor();
  });
});

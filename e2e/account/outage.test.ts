import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { renameSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { useChromium } from "../harness/chromium.ts";
import { addAndAllow, app, dialog, snippet } from "../harness/snippet.ts";
import { useApart } from "../harness/use-apart.ts";
import {
  accountMenu,
  addOnPage,
  keptInTab,
  signInHere,
  signOut,
  signUp,
  someone,
} from "./people.ts";

const { context } = useChromium();
const apart = useApart();

const program = (name: string) => `
import streamlit as st
import pycafe

st.button("Again")
try:
    st.write("value: " + pycafe.get_secret("${name}"))
except pycafe.SecretUnavailable:
    st.write("cannot be reached")
`;
const link = (name: string) => snippet(program(name), "", apart.server.origin);

/** The root key is taken away, and given back by hand. */
const rootKey = () => join(apart.keys.folder, "keyserver", "root.key");
const taken = () => `${rootKey()}.taken`;
async function seal(): Promise<void> {
  await apart.keys.kill();
  renameSync(rootKey(), taken());
  await apart.keys.restart();
}
function unseal(): Promise<void> {
  const command = ["packages/cli/src/main.ts", "keyserver", "unseal", "--key-file", taken()];
  const { status, stderr } = spawnSync("node", command, {
    env: { ...process.env, DATA_DIR: apart.keys.folder },
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  renameSync(taken(), rootKey());
  return Promise.resolve();
}

/** Something else is at the key server's address. */
let impostor: Server | undefined;
async function impersonate(answer: RequestListener): Promise<void> {
  await apart.keys.kill();
  impostor = createServer(answer);
  impostor.listen(Number(new URL(apart.keys.origin).port), "127.0.0.1");
  await once(impostor, "listening");
}
const lie = () =>
  impersonate((_request, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.end('{"data":{"plaintext":"AAAA","ciphertext":"vault:v1:nonsense"}}');
  });
const neverAnswer = () => impersonate(() => undefined);
async function tellTheTruth(): Promise<void> {
  impostor?.closeAllConnections();
  impostor?.close();
  await apart.keys.restart();
}

type Outage = Readonly<{ what: string; begin: () => Promise<void>; end: () => Promise<void> }>;
const outages: Outage[] = [
  {
    what: "the key server is killed",
    begin: () => apart.keys.kill(),
    end: () => apart.keys.restart(),
  },
  { what: "the key server is sealed", begin: seal, end: unseal },
  { what: "something that is no key server answers", begin: lie, end: tellTheTruth },
  { what: "the key server hangs", begin: neverAnswer, end: tellTheTruth },
  {
    what: "the database is killed",
    begin: () => apart.server.postgres.kill(),
    end: () => apart.server.postgres.start(),
  },
  {
    what: "the database hangs",
    begin: () => apart.server.postgres.hang(),
    end: () => apart.server.postgres.resume(),
  },
];

/** Within ten seconds the API answers again, and nothing was restarted for it. */
const isWell = (page: Page, status = 200) =>
  expect
    .poll(() => page.evaluate(async () => (await fetch("/api/v1/secrets")).status), {
      timeout: 10_000,
      interval: 250,
    })
    .toBe(status);

const outOfReach = "Secrets in your account cannot be reached just now.";

describe.each(outages)("$what", ({ begin, end }) => {
  test("apps are told, the visitor reads it, nothing falls back to the tab, and all is well afterwards", async () => {
    const here = await context();
    const settings = await here.newPage();
    await signUp(settings, someone(), apart.server.origin);
    await settings.goto(`${apart.server.origin}/settings/secrets`);
    await addOnPage(settings, "KEPT", "canary-kept");
    // For some minutes it would go on with the data keys in its memory.
    await apart.server.restart();

    await begin();
    const page = await here.newPage();
    await page.goto(link("KEPT"));
    await app(page).getByText("cannot be reached").waitFor();
    await page.getByRole("status").getByText(outOfReach).waitFor();
    expect(await dialog(page, "KEPT").count()).toBe(0);
    expect(await keptInTab(page)).not.toContain("canary");
    await settings.reload();
    await settings
      .getByText(/cannot be reached/)
      .first()
      .waitFor();
    const retry = settings.getByRole("button", { name: "Try again" });
    await retry.waitFor();
    expect(await settings.getByRole("button", { name: "KEPT" }).count()).toBe(0);

    await end();
    await isWell(page);
    await settings.getByRole("button", { name: "KEPT" }).waitFor();
    // The app that was told goes on, without having been started anew.
    await app(page).getByRole("button", { name: "Again" }).click();
    await dialog(page, "KEPT").getByRole("button", { name: "Allow", exact: true }).click();
    await app(page).getByText("value: canary-kept").waitFor();
    expect(await keptInTab(page)).not.toContain("canary");
  });

  test("what is typed in the meantime is not lost, nor put into the tab", async () => {
    const page = await (await context()).newPage();
    await signUp(page, someone(), apart.server.origin);
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
    await signUp(page, who, apart.server.origin);
    await signOut(page);
    await page.goto(link("MOVING"));
    await addAndAllow(page, "MOVING", "canary-moving");
    await app(page).getByText("value: canary-moving").waitFor();
    await begin();
    // With the database away nobody can sign in; with the keys away everybody can.
    await page.goto(`${apart.server.origin}/sign-in`);
    await signInHere(page, who);
    const refused = page.getByRole("alert").first();
    await refused.or(accountMenu(page)).waitFor();
    expect(await keptInTab(page)).toContain("canary-moving");
    await end();
    await isWell(page, (await refused.isVisible()) ? 401 : 200);
    if (await refused.isVisible())
      await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await expect.poll(() => keptInTab(page)).not.toContain("canary");
    await page.goto(`${apart.server.origin}/settings/secrets`);
    await page.getByText("1 version", { exact: true }).waitFor();
  });
});

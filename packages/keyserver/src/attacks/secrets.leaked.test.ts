import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type WriteFile, writeDurably } from "../store/durable.ts";
import { everything, type Running, startForTest, temporaryFolder } from "../testing/harness.ts";

const folder = temporaryFolder();
const said: string[] = [];
const answers: string[] = [];
let running: Running;
let fails = false;
let token: string;

/** Values that must turn up nowhere, and what they look like in other clothes. */
const canaries = Object.fromEntries(
  ["plaintext", "context", "associated", "reference", "field"].map((name) => [
    name,
    `canary-${name}-${randomBytes(12).toString("hex")}`,
  ]),
) as Record<"plaintext" | "context" | "associated" | "reference" | "field", string>;

const forms = (value: string | Buffer) => {
  const bytes = Buffer.from(value);
  // Base64 of text within text depends on where it begins.
  const shifted = [0, 1, 2].map((by) =>
    Buffer.concat([Buffer.alloc(by), bytes])
      .toString("base64")
      .slice(4, -4),
  );
  return [bytes.toString("latin1"), bytes.toString("hex"), ...shifted];
};

beforeAll(async () => {
  vi.spyOn(process.stderr, "write").mockImplementation((part) => {
    said.push(String(part));
    return true;
  });
  vi.spyOn(process.stdout, "write").mockImplementation((part) => {
    said.push(String(part));
    return true;
  });
  const write: WriteFile = async (path, bytes) => {
    if (fails) throw new Error(`failed to write ${Buffer.from(bytes).toString("latin1")}`);
    await writeDurably(path, bytes);
  };
  running = await startForTest(folder.path, {}, { write });
  token = await running.tokenWith(everything);
});
afterAll(async () => {
  vi.restoreAllMocks();
  await running.server.close();
  folder.remove();
});

/** Asks for everything there is, rightly and wrongly, with the canaries in it. */
async function exercise(): Promise<void> {
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  const item = {
    plaintext: base64(canaries.plaintext),
    context: base64(canaries.context),
    associated_data: base64(canaries.associated),
  };
  const wrong = [
    { ...item, plaintext: canaries.plaintext },
    { ...item, context: `${canaries.context}%` },
    { ...item, associated_data: `${canaries.associated}%` },
    { ...item, key_version: canaries.field },
    { ...item, plaintext: { nested: canaries.plaintext } },
    { ...item, plaintext: [canaries.plaintext] },
    {
      batch_input: [{ ...item, reference: canaries.reference }, { plaintext: canaries.plaintext }],
    },
    { batch_input: [{ ...item, key_version: canaries.field }] },
    { batch_input: canaries.plaintext },
    { bits: canaries.field, min_decryption_version: canaries.field, policy: canaries.plaintext },
    { ciphertext: canaries.plaintext, key: canaries.plaintext },
    { ciphertext: `vault:v1:${base64(canaries.plaintext)}`, context: item.context },
  ];
  const paths = [
    "transit/encrypt/portafilter",
    "transit/decrypt/portafilter",
    "transit/rewrap/portafilter",
    "transit/datakey/plaintext/portafilter",
    "transit/keys/portafilter/config",
    "transit/keys/portafilter/rotate",
    "sys/policies/acl/x",
    "auth/token/create",
    `transit/encrypt/${canaries.field}`,
    `transit/${canaries.field}`,
  ];
  for (const path of paths) {
    for (const body of [item, ...wrong]) {
      const received = await running.request("POST", `/v1/${path}`, { token, body });
      if (received.status >= 400 && !path.includes(canaries.field)) answers.push(received.text);
    }
    const cut = JSON.stringify(item).slice(0, 60);
    const broken = await running.request("POST", `/v1/${path}`, { token, raw: cut });
    if (!path.includes(canaries.field)) answers.push(broken.text);
    await running.request("POST", `/v1/${path}?token=${canaries.field}`, { token: canaries.field });
  }
}

/** Attacks E1 and D16: what the key server was given is looked for wherever it writes. */
describe("secrets that went through the key server", () => {
  it("turn up in no log, metric, error or file", async () => {
    await exercise();
    fails = true;
    await exercise();
    fails = false;
    const metrics = await running.request("GET", "/v1/sys/metrics", { token });
    const files = readdirSync(running.config.folder, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(running.config.folder, entry.name), "latin1"));
    const places = [said.join(""), answers.join(""), metrics.text, ...files];
    expect(said.join("")).toContain("request.failed");
    expect(answers.length).toBeGreaterThan(100);
    expect(metrics.text).toContain('requests_total{operation="encrypt",status="200"}');
    for (const [name, value] of Object.entries(canaries)) {
      for (const form of forms(value)) {
        for (const [index, place] of places.entries()) {
          // Batch items carry the caller's own reference back, in the answer to that caller.
          if (name === "reference" && index === 1) continue;
          expect(place.includes(form), `${name} in place ${index}`).toBe(false);
        }
      }
    }
  });

  it("tokens turn up nowhere but in the two files made for them", () => {
    const { folder: dir } = running.config;
    const tokens = [token, running.appToken, running.operatorToken];
    for (const entry of readdirSync(dir, { withFileTypes: true }).filter((one) => one.isFile())) {
      if (entry.name.endsWith(".token")) continue;
      const content = readFileSync(join(dir, entry.name), "latin1");
      for (const one of tokens) expect(content.includes(one), entry.name).toBe(false);
    }
    for (const one of tokens) expect(said.join("").includes(one)).toBe(false);
  });
});

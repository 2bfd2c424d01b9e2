import { expect } from "vitest";
import type { Received } from "../testing/harness.ts";
import type { Target } from "./target.ts";

/** One thing that the Transit API documents or OpenBao's source says, and that was not recorded. */
export type Documented = {
  readonly name: string;
  /** `wrongType` is the status of a batch with a value of a wrong type in it: see differences.ts. */
  readonly run: (ask: Ask, wrongType: 400 | 500) => Promise<void>;
};

/** Sends a request below the mount with a token that may do everything. */
export type Ask = (method: string, path: string, body?: unknown) => Promise<Received>;

/** Binds {@link Ask} to a server. */
export function asker(target: Target): Ask {
  return (method, path, body) =>
    target.request(method, `/v1/${target.mount}/${path}`, { token: target.rootToken, body });
}

const hello = Buffer.from("hello").toString("base64");
const data = (received: Received) => (received.json as { data: Record<string, never> }).data;
const refused = (received: Received, error: string, status = 400) => {
  expect([received.status, received.json]).toEqual([status, { errors: [error] }]);
};

/** A key with `versions` versions, and a limit to encryption so that it can be trimmed. */
async function turned(ask: Ask, name: string, versions: number): Promise<void> {
  await ask("POST", `keys/${name}`, {});
  for (let version = 1; version < versions; version += 1) await ask("POST", `keys/${name}/rotate`);
}

const config = (ask: Ask, name: string, body: unknown) => ask("POST", `keys/${name}/config`, body);
const trim = (ask: Ask, name: string, to?: number) =>
  ask("POST", `keys/${name}/trim`, to === undefined ? {} : { min_available_version: to });

/** Everything in it holds for OpenBao and for us, but for the status that `run` is told. */
export const documented: readonly Documented[] = [
  {
    name: "trimming needs a version, and limits that make room for it",
    run: async (ask) => {
      await turned(ask, "trimmed", 3);
      const subject = "minimum available version";
      refused(await trim(ask, "trimmed"), "missing min_available_version");
      refused(
        await trim(ask, "trimmed", 1),
        `${subject} cannot be set when minimum encryption version is not set`,
      );
      await config(ask, "trimmed", { min_encryption_version: 2, min_decryption_version: 1 });
      refused(
        await trim(ask, "trimmed", 3),
        `${subject} cannot be greater than minmum encryption version`,
      );
      refused(await trim(ask, "trimmed", 0), `${subject} should be positive`);
      refused(await trim(ask, "trimmed", -1), `${subject} cannot be decremented`);
      await config(ask, "trimmed", { min_decryption_version: 2 });
      expect((await trim(ask, "trimmed", 2)).status).toBe(200);
      refused(await trim(ask, "trimmed", 1), `${subject} cannot be decremented`);
      refused(
        await config(ask, "trimmed", { min_decryption_version: 1 }),
        "min decryption version should not be less then min available version",
      );
      refused(
        await config(ask, "trimmed", { min_encryption_version: 0 }),
        "min encryption version should not be less than min available version",
      );
    },
  },
  {
    name: "configuring refuses what cannot be",
    run: async (ask) => {
      await turned(ask, "configured", 2);
      const set = (body: unknown) => config(ask, "configured", body);
      refused(
        await set({ min_decryption_version: -1 }),
        "min decryption version cannot be negative",
      );
      refused(
        await set({ min_encryption_version: -1 }),
        "min encryption version cannot be negative",
      );
      refused(
        await set({ min_encryption_version: 5 }),
        "cannot set min encryption version of 5, latest key version is 2",
      );
      refused(
        await set({ min_encryption_version: 1, min_decryption_version: 2 }),
        "cannot set min encryption/decryption values; min encryption version of 1 must be greater than or equal to min decryption version of 2",
      );
      refused(
        await set({ auto_rotate_period: "30m" }),
        "auto rotate period must be 0 to disable or at least an hour",
      );
    },
  },
  {
    name: "a refused configuration changes nothing",
    run: async (ask) => {
      await turned(ask, "unchanged", 2);
      await config(ask, "unchanged", { min_decryption_version: 2, min_encryption_version: 1 });
      const { min_decryption_version, min_encryption_version } = data(
        await ask("GET", "keys/unchanged"),
      );
      expect([min_decryption_version, min_encryption_version]).toEqual([1, 0]);
    },
  },
  {
    name: "a least version of 0 is forced to 1, with a warning",
    run: async (ask) => {
      await turned(ask, "forced", 1);
      const received = await config(ask, "forced", { min_decryption_version: 0 });
      expect(received.status).toBe(200);
      expect((received.json as { warnings: string[] }).warnings).toHaveLength(1);
      expect(data(received).min_decryption_version).toBe(1);
    },
  },
  {
    name: "ciphertexts that are none are told apart",
    run: async (ask) => {
      await turned(ask, "picky", 1);
      const open = (ciphertext: string) => ask("POST", "decrypt/picky", { ciphertext });
      refused(await open("vault:v1"), "invalid ciphertext: wrong number of fields");
      refused(
        await open("vault:vx:AAAA"),
        "invalid ciphertext: version number could not be decoded",
      );
      const tooOld = "ciphertext or signature version is disallowed by policy (too old)";
      refused(await open("vault:v-1:AAAA"), tooOld);
      const zeros = Buffer.alloc(20).toString("base64");
      refused(await open(`vault:v1:${zeros}`), "cipher: message authentication failed");
    },
  },
  {
    name: "rewrapping makes a new ciphertext even at the latest version",
    run: async (ask) => {
      await turned(ask, "rewrapped", 1);
      const first = data(await ask("POST", "encrypt/rewrapped", { plaintext: hello }));
      const again = data(await ask("POST", "rewrap/rewrapped", { ciphertext: first.ciphertext }));
      expect(again.key_version).toBe(1);
      expect(again.ciphertext).not.toBe(first.ciphertext);
      const opened = await ask("POST", "decrypt/rewrapped", { ciphertext: again.ciphertext });
      expect(data(opened)).toEqual({ plaintext: hello });
    },
  },
  {
    name: "rewrapping knows no associated data",
    run: async (ask) => {
      await turned(ask, "bound", 1);
      const associated_data = Buffer.from("user-1").toString("base64");
      const { ciphertext } = data(
        await ask("POST", "encrypt/bound", { plaintext: hello, associated_data }),
      );
      refused(
        await ask("POST", "rewrap/bound", { ciphertext, associated_data }),
        "cipher: message authentication failed",
      );
    },
  },
  {
    name: "rewrapping a derived key keeps the context",
    run: async (ask) => {
      await ask("POST", "keys/derived", { derived: true });
      const context = Buffer.from("user-1").toString("base64");
      const other = Buffer.from("user-2").toString("base64");
      const { ciphertext } = data(
        await ask("POST", "encrypt/derived", { plaintext: hello, context }),
      );
      await ask("POST", "keys/derived/rotate");
      const rewrapped = data(await ask("POST", "rewrap/derived", { ciphertext, context }));
      expect(rewrapped.key_version).toBe(2);
      const open = (by: string) =>
        ask("POST", "decrypt/derived", { ciphertext: rewrapped.ciphertext, context: by });
      expect(data(await open(context))).toEqual({ plaintext: hello });
      refused(await open(other), "cipher: message authentication failed");
    },
  },
  {
    name: "a batch has contexts in all items or in none",
    run: async (ask) => {
      await ask("POST", "keys/mixed", { derived: true });
      const context = Buffer.from("user-1").toString("base64");
      const batch_input = [{ plaintext: hello, context }, { plaintext: hello }];
      refused(
        await ask("POST", "encrypt/mixed", { batch_input }),
        "context should be set either in all the request blocks or in none",
      );
    },
  },
  {
    name: "a batch that names a wrong type is not processed at all",
    run: async (ask, wrongType) => {
      await turned(ask, "typed", 1);
      const wrong = (field: string, type: string) =>
        `1 error occurred:\n\t* failed to parse batch input: '[0].${field}' expected type 'string', got unconvertible type '${type}'\n\n`;
      const plaintext = await ask("POST", "encrypt/typed", { batch_input: [{ plaintext: 5 }] });
      refused(plaintext, wrong("plaintext", "json.Number"), wrongType);
      const reference = await ask("POST", "encrypt/typed", {
        batch_input: [{ plaintext: hello, reference: {} }],
      });
      refused(reference, wrong("reference", "map[string]interface {}"), wrongType);
      const missing = await ask("POST", "decrypt/typed", { batch_input: [{}] });
      const text = "'[0].ciphertext' missing ciphertext to decrypt";
      refused(
        missing,
        `1 error occurred:\n\t* failed to parse batch input: ${text}\n\n`,
        wrongType,
      );
    },
  },
  {
    name: "a data key's context is base64, and a derived key needs one",
    run: async (ask) => {
      await ask("POST", "keys/contextual", { derived: true });
      refused(
        await ask("POST", "datakey/plaintext/contextual", { context: "%" }),
        "failed to base64-decode context",
      );
      const without = await ask("POST", "datakey/plaintext/contextual", {});
      expect(without.status).toBe(400);
      expect(without.text).toContain("missing 'context' for key derivation");
    },
  },
  {
    name: "a data key opens to the same key",
    run: async (ask) => {
      await turned(ask, "wrapping", 1);
      const made = data(await ask("POST", "datakey/plaintext/wrapping", {}));
      const opened = await ask("POST", "decrypt/wrapping", { ciphertext: made.ciphertext });
      expect(data(opened)).toEqual({ plaintext: made.plaintext });
    },
  },
  {
    name: "a body above 32 MiB is refused",
    run: async (ask) => {
      await turned(ask, "large", 1);
      const plaintext = Buffer.alloc(25 * 1024 * 1024).toString("base64");
      const received = await ask("POST", "encrypt/large", { plaintext });
      expect(received.status).toBe(413);
    },
  },
];

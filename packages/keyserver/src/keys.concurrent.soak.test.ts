import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  dataOf,
  errorOf,
  everything,
  type Received,
  type Running,
  startForTest,
  temporaryFolder,
} from "./testing/harness.ts";

const folder = temporaryFolder();
let running: Running;
let token: string;
beforeAll(async () => {
  running = await startForTest(folder.path);
  token = await running.tokenWith(everything);
});
afterAll(async () => {
  await running.server.close();
  folder.remove();
});

/** What one client does, in this order, while the others do theirs. */
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant("encrypt" as const), text: fc.string() }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("encryptMany" as const),
      count: fc.integer({ min: 1, max: 300 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("decrypt" as const), pick: fc.nat() }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("rewrap" as const), pick: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("rotate" as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("configure" as const),
      back: fc.integer({ min: 0, max: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("trim" as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
type Kept = { readonly ciphertext: string; readonly plaintext: string; readonly context: string };

const versionOf = ({ ciphertext }: Kept) => Number(/^vault:v(\d+):/.exec(ciphertext)?.[1]);
const base64 = (text: string) => Buffer.from(text).toString("base64");
const tooOld = "ciphertext or signature version is disallowed by policy (too old)";

/** A key that many clients use at once, and everything that came out of it. */
function workOn(name: string) {
  const kept: Kept[] = [];
  const ask = (path: string, body: object = {}): Promise<Received> =>
    running.request("POST", `/v1/transit/${path}`, { token, body });
  const keep = (plaintext: string, context: string, received: Received) => {
    kept.push({ ciphertext: String(dataOf(received).ciphertext), plaintext, context });
  };
  const read = async () =>
    dataOf(await running.request("GET", `/v1/transit/keys/${name}`, { token })) as Record<
      string,
      number
    >;

  const perform = async (one: Step, client: number): Promise<void> => {
    const context = base64(`client-${client}`);
    const picked = "pick" in one ? kept[one.pick % Math.max(1, kept.length)] : undefined;
    switch (one.do) {
      case "encrypt": {
        const plaintext = base64(one.text);
        keep(plaintext, context, await ask(`encrypt/${name}`, { plaintext, context }));
        return;
      }
      case "encryptMany": {
        const batch_input = Array.from({ length: one.count }, (_, at) => ({
          plaintext: base64(`item ${at}`),
          context,
        }));
        const { batch_results: results } = dataOf(await ask(`encrypt/${name}`, { batch_input }));
        for (const [at, { ciphertext }] of (results as { ciphertext: string }[]).entries()) {
          kept.push({ ciphertext, plaintext: batch_input[at]?.plaintext ?? "", context });
        }
        return;
      }
      case "decrypt": {
        if (picked === undefined) return;
        const received = await ask(`decrypt/${name}`, picked);
        if (received.status === 200) expect(dataOf(received).plaintext).toBe(picked.plaintext);
        else expect(errorOf(received)).toEqual([400, tooOld]);
        return;
      }
      case "rewrap": {
        if (picked === undefined) return;
        const received = await ask(`rewrap/${name}`, picked);
        if (received.status === 200) keep(picked.plaintext, picked.context, received);
        else expect(errorOf(received)).toEqual([400, tooOld]);
        return;
      }
      case "rotate":
        expect((await ask(`keys/${name}/rotate`)).status).toBe(200);
        return;
      case "configure": {
        const { latest_version: latest = 1 } = await read();
        const least = Math.max(1, latest - one.back);
        // Another client may have trimmed beyond it meanwhile: then it is refused, and nothing changes.
        const body = { min_decryption_version: least, min_encryption_version: least };
        expect([200, 400]).toContain((await ask(`keys/${name}/config`, body)).status);
        return;
      }
      case "trim": {
        const { min_decryption_version: least } = await read();
        const received = await ask(`keys/${name}/trim`, { min_available_version: least });
        expect([200, 400]).toContain(received.status);
        return;
      }
    }
  };
  return { kept, ask, read, perform };
}

/** Attack F8: a storm of rotations, with everything else going on at the same time. */
describe("many clients at once", () => {
  it("never get a ciphertext that cannot be opened and should be", {
    timeout: 120_000,
  }, async () => {
    let keys = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(step, { minLength: 4, maxLength: 16 }), { minLength: 3, maxLength: 6 }),
        async (clients) => {
          keys += 1;
          const name = `storm-${keys}`;
          const { kept, ask, read, perform } = workOn(name);
          await ask(`keys/${name}`, { derived: true });
          await Promise.all(
            clients.map(async (steps, client) => {
              for (const one of steps) await perform(one, client);
            }),
          );
          const { min_decryption_version: least = 0 } = await read();
          for (let from = 0; from < kept.length; from += 500) {
            const batch_input = kept.slice(from, from + 500);
            const opened = await ask(`decrypt/${name}`, { batch_input });
            const { batch_results } = (opened.json as { data: { batch_results: object[] } }).data;
            const expected = batch_input.map((one) =>
              versionOf(one) >= least
                ? { plaintext: one.plaintext, reference: "" }
                : { plaintext: "", error: tooOld, reference: "" },
            );
            expect(batch_results).toEqual(expected);
          }
        },
      ),
      { numRuns: process.env.SOAK === undefined ? 20 : Number(process.env.SOAK) },
    );
  });
});

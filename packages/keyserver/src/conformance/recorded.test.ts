import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Received } from "../testing/harness.ts";
import { differences, looseFields } from "./differences.ts";
import { comparable, createReplay, type Recording, recordings } from "./recorded.ts";
import { connectOpenBao, startOurs, type Target } from "./target.ts";

const headers = {
  "cache-control": "no-store",
  "content-type": "application/json",
  "strict-transport-security": "max-age=31536000; includeSubDomains",
};
const unsealed = recordings.filter(({ id }) => id.startsWith("dev-"));

/** Recordings that say something about OpenBao's own set-up. */
const ofTheSetUp = new Set(["sys-leader", "mount-transit", "mount-transit-again"]);

const withoutLoose = (name: string, body: unknown): unknown => {
  const loose = looseFields[name] ?? [];
  return JSON.parse(
    JSON.stringify(body ?? null, (field, value: unknown) =>
      loose.includes(field) ? typeof value : value,
    ),
  ) as unknown;
};

function expectAsRecorded(recording: Recording, received: Received): void {
  expect(received.status).toBe(recording.status);
  const { name } = recording;
  expect(withoutLoose(name, comparable(received.json))).toEqual(
    withoutLoose(name, comparable(recording.body)),
  );
}

describe("what OpenBao 2.6.2 answered, asked of our key server", () => {
  let target: Target;
  let replay: ReturnType<typeof createReplay>;
  beforeAll(async () => {
    target = await startOurs();
    replay = createReplay(target);
  });
  afterAll(() => target.close());

  it.each(unsealed)("$id $name", async (recording) => {
    const received = await replay(recording);
    const difference = differences[recording.name];
    if (difference === undefined) {
      expectAsRecorded(recording, received);
      expect(received.headers).toMatchObject(headers);
    } else {
      expect(received.status, difference.why).toBe(difference.status);
      if (difference.error !== null) expect(received.json).toEqual({ errors: [difference.error] });
    }
  });

  it("is compared by shape where it was drawn at random", () => {
    const bodyOf = (name: string) => recordings.find((one) => one.name === name)?.body;
    const changed = (name: string, from: string, to: string) =>
      JSON.parse(JSON.stringify(bodyOf(name)).replace(from, to)) as unknown;
    const cases = [
      ["random-16", "9ZgJ20o3ynJ84eIXzIviXg==", "AAAAAAAAAAAAAAAAAAAAAA==", "AAAA"],
      ["encrypt-wrap-ttl", '"<token>"', '"s.AAAAAAAAAAAAAAAAAAAAAAAA"', "null"],
    ] as const;
    for (const [name, value, another, ofAnotherShape] of cases) {
      const recorded = comparable(bodyOf(name));
      expect(comparable(changed(name, value, another))).toEqual(recorded);
      expect(comparable(changed(name, value, ofAnotherShape))).not.toEqual(recorded);
    }
  });

  it("differs only where a difference is written down", () => {
    const names = new Set(recordings.map(({ name }) => name));
    expect(Object.keys(differences).filter((name) => !names.has(name))).toEqual([]);
  });
});

const openBao = await connectOpenBao(process.env);

describe("what OpenBao 2.6.2 answered, asked of BAO_ADDR", () => {
  if (openBao === null) {
    it.skip("needs BAO_ADDR and BAO_TOKEN");
    return;
  }
  const replay = createReplay(openBao);
  afterAll(() => openBao.close());

  it.each(unsealed.filter(({ name }) => !ofTheSetUp.has(name)))("$id $name", async (recording) => {
    expectAsRecorded(recording, await replay(recording));
  });
});

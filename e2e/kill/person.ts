import { setTimeout as pause } from "node:timers/promises";
import { api } from "@portafilter/protocol";

const app = "skill";
const names = ["FIRST", "SECOND", "THIRD"];
const mergedName = "MERGED";

/** What a secret may hold by now: acknowledged writes for certain, the others perhaps. */
type Expected = {
  /** Versions there must be, and may be. */
  least: number;
  most: number;
  /** Values that may be in use: the last acknowledged one, and what was tried after it. */
  values: string[];
};

/** Somebody who writes secrets and moves some in by merges, and remembers every answer. */
export type Person = Readonly<{
  /** Writes until told to stop. */
  live: (isOver: () => boolean) => Promise<void>;
  /** Acknowledged writes and merges so far. */
  done: () => number;
  /** Compares what the server has with what it acknowledged. @returns what is wrong. */
  check: () => Promise<string[]>;
}>;

export async function createPerson(origin: string, number: number): Promise<Person> {
  let cookie = "";
  const headers = () => ({
    "Content-Type": "application/json",
    "Sec-Fetch-Site": "same-origin",
    Origin: origin,
    Cookie: cookie,
  });
  /** The answer, or null where none came or it was a refusal. */
  const call = async (method: string, path: string, body?: object): Promise<unknown> => {
    try {
      const response = await fetch(`${origin}/api/v1/${path}`, {
        method,
        headers: headers(),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(20_000),
      });
      const answer: unknown = await response.json();
      if (response.ok) {
        for (const set of response.headers.getSetCookie()) cookie ||= set.split(";")[0] ?? "";
        return answer;
      }
      if (response.status < 500 && response.status !== 429) {
        throw new Error(`${path}: ${response.status} ${JSON.stringify(answer)}`);
      }
      return null;
    } catch (error) {
      if (error instanceof TypeError || (error as Error).name === "TimeoutError") return null;
      throw error;
    }
  };
  const email = `person${number}@example.com`;
  const joined = await call("POST", "account/sign-up", { email, password: "kill me if you can" });
  if (joined === null || cookie === "") throw new Error("nobody could sign up");

  const expected = new Map<string, Expected>();
  let counter = 0;
  let done = 0;
  const expect = (name: string): Expected => {
    const known = expected.get(name) ?? { least: 0, most: 0, values: [] };
    expected.set(name, known);
    return known;
  };

  const write = async (name: string) => {
    const value = `value ${number}-${counter++}`;
    const known = expect(name);
    known.most += 1;
    known.values.push(value);
    if ((await call("POST", "secrets/allow", { app, name, value, until: null })) === null) return;
    known.least += 1;
    known.values = [value];
    done += 1;
  };
  const merge = async (isOver: () => boolean) => {
    const value = `merged ${number}-${counter++}`;
    const known = expect(mergedName);
    const body = {
      mergeId: crypto.randomUUID(),
      secrets: [{ name: mergedName, value }],
      grants: [{ app, name: mergedName }],
    };
    known.most += 1;
    known.values.push(value);
    // As a tab does it: again and again, until it is told that all has moved.
    while ((await call("POST", "merge", body)) === null) {
      if (isOver()) return;
      await pause(300);
    }
    known.least += 1;
    known.values = [value];
    done += 1;
  };
  const writing = async (isOver: () => boolean) => {
    while (!isOver()) {
      await write(names[counter % names.length] ?? "FIRST");
      await pause(60);
    }
  };
  const merging = async (isOver: () => boolean) => {
    while (!isOver()) {
      await merge(isOver);
      await pause(2_000);
    }
  };
  return {
    live: async (isOver) => {
      await Promise.all([writing(isOver), merging(isOver)]);
    },
    done: () => done,
    async check() {
      const wrong: string[] = [];
      const { secrets } = api.secretList.parse(await call("GET", "secrets"));
      for (const [name, { least, most, values }] of expected) {
        const versions = secrets.find((secret) => secret.name === name)?.version ?? 0;
        if (versions < least || versions > most) {
          wrong.push(
            `${email} ${name}: ${versions} versions, between ${least} and ${most} expected`,
          );
        }
        if (versions === 0) continue;
        const used = api.useAnswer.parse(await call("POST", "secrets/use", { app, name }));
        if (used.standing !== "granted" || !values.includes(used.value)) {
          wrong.push(`${email} ${name}: not what was acknowledged last`);
        }
      }
      return wrong;
    },
  };
}

import { createHash } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { api } from "@portafilter/protocol";
import { earlier, inUse, keptOf, versionsOf, type Written } from "./written.ts";

const app = "skill";
const noDigest = createHash("sha256").digest("hex");
const names = ["FIRST", "SECOND", "THIRD"];
const mergedName = "MERGED";
const password = "kill me if you can";

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
        cookie = response.headers.getSetCookie()[0]?.split(";")[0] ?? cookie;
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
  const joined = await call("POST", "account/sign-up", { email, password });
  if (joined === null || cookie === "") throw new Error("nobody could sign up");

  const written = new Map<string, Written>();
  let counter = 0;
  let done = 0;
  /** Notes that `value` is on its way. @returns what notes that it arrived. */
  const note = (name: string, value: string): (() => void) => {
    const known = written.get(name) ?? { tried: [], acknowledged: [] };
    written.set(name, known);
    const place = known.tried.push(value) - 1;
    return () => {
      known.acknowledged.push(place);
      done += 1;
    };
  };

  const write = async (name: string) => {
    const value = `value ${number}-${counter++}`;
    const acknowledge = note(name, value);
    if (
      (await call("POST", "secrets/allow", { app, loads: [], name, value, until: null })) === null
    )
      return;
    acknowledge();
  };
  const merge = async (isOver: () => boolean) => {
    const value = `merged ${number}-${counter++}`;
    const body = {
      mergeId: crypto.randomUUID(),
      secrets: [{ name: mergedName, value }],
      grants: [{ app, loads: [], name: mergedName }],
    };
    const acknowledge = note(mergedName, value);
    // As a tab does it: again and again, until it is told that all has moved.
    while ((await call("POST", "merge", body)) === null) {
      if (isOver()) return;
      await pause(300);
    }
    acknowledge();
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
      // A long run's sign-in is too old by now to see values.
      await call("POST", "account/confirm", { password });
      const { secrets } = api.secretList.parse(await call("GET", "secrets"));
      for (const [name, writes] of written) {
        const secret = secrets.find((one) => one.name === name);
        const found = await problemsOf(secret, name, writes);
        wrong.push(...found.map((problem) => `${email} ${name}: ${problem}`));
      }
      return wrong;
    },
  };

  async function problemsOf(
    secret: api.SecretEntry | undefined,
    name: string,
    writes: Written,
  ): Promise<string[]> {
    const wrong: string[] = [];
    const { least, most } = versionsOf(writes);
    const made = secret?.version ?? 0;
    if (made < least || made > most)
      wrong.push(`${made} versions, between ${least} and ${most} expected`);
    if (secret === undefined) return wrong;
    if (secret.damaged) wrong.push("damaged");
    if (secret.versions !== keptOf(made)) wrong.push(`${secret.versions} of ${made} are kept`);
    const used = api.useAnswer.safeParse(
      await call("POST", "secrets/use", { app, loads: noDigest, name }),
    ).data;
    if (used?.standing !== "granted" || !inUse(writes).includes(used.value))
      wrong.push("not what was acknowledged last");
    if (!(await hasEarlier(secret, writes))) wrong.push("an earlier version is not what it was");
    return wrong;
  }

  async function hasEarlier({ id, version }: api.SecretEntry, writes: Written): Promise<boolean> {
    const wanted = earlier(writes, version);
    if (wanted === null) return true;
    for (const candidate of wanted.candidates) {
      const answer = await call("POST", `secrets/${id}/reveal`, { version: candidate });
      const revealed = api.secretAnswer.safeParse(answer);
      if (revealed.success && revealed.data.value === wanted.value) return true;
    }
    return false;
  }
}

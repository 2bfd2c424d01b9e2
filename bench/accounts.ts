import { createWorld, type World } from "../packages/server/src/accounts/testing/world.ts";
import { migrate } from "../packages/server/src/db/migrate.ts";
import { databaseOn } from "../packages/server/src/db/pglite.ts";
import { freshPGlite } from "../packages/server/src/db/testing/pglite.ts";
import { median, table } from "./table.ts";

/**
 * `make bench-accounts`: whether the time of an answer tells if an email has an account (attack D5).
 * The same request for one that has and one that has not, in turns, from the request to its answer within
 * one process: a network only adds noise. A second email that has none shows how much two medians of the
 * same thing differ.
 */
const count = Number(process.env.BENCH_COUNT ?? 200);
const password = "Analytical Engine";
/** Wrong passwords that one account is asked with: more would have to wait. */
const perAccount = 4;

const database = databaseOn(await freshPGlite());
await migrate(database.kysely);
const world = await createWorld(database, { mail: true, argon2: true });

let emails = 0;
const stranger = () => `nobody${String((emails += 1))}@example.org`;

async function account(): Promise<string> {
  const email = stranger();
  const browser = world.browser();
  await browser.ask("/api/v1/account/sign-up", { email, password });
  const token = await world.linkToken(email);
  const verified = await browser.ask("/api/v1/account/verify-email", { token });
  if (verified.status !== 200) throw new Error(`no account was made: ${verified.code}`);
  return email;
}

/** Milliseconds until the answer; what is left to do after it is waited for, and not counted. */
async function timeOf({ browser, accounts }: World, path: string, body: object): Promise<number> {
  const asking = browser();
  const started = performance.now();
  const { code } = await asking.ask(`/api/v1/account/${path}`, body);
  const took = performance.now() - started;
  if (code !== undefined && code !== "wrong_credentials") throw new Error(`${path}: ${code}`);
  await accounts.settled();
  return took;
}

async function measure(path: string, more: object): Promise<readonly string[]> {
  // The server sends so many mails in an hour, to everybody together.
  await world.db.kysely.deleteFrom("rate_limits").execute();
  const times = { known: [] as number[], unknown: [] as number[], again: [] as number[] };
  const kinds = ["known", "unknown", "again"] as const;
  for (let round = -5; round < count; round++) {
    // Each kind is first, second and third as often as the others.
    for (const at of kinds.keys()) {
      const kind = kinds[(at + round + 6) % 3] ?? "known";
      const email = kind === "known" ? (known[(round + 5) % known.length] ?? "") : stranger();
      const took = await timeOf(world, path, { email, ...more });
      if (round >= 0) times[kind].push(took);
    }
  }
  const [one, two, three] = kinds.map((kind) => median(times[kind])) as [number, number, number];
  return [path, one.toFixed(2), two.toFixed(2), (one / two).toFixed(3), (three / two).toFixed(3)];
}

const known: string[] = [];
while (known.length < Math.ceil((count + 5) / perAccount)) known.push(await account());

const rows = [
  await measure("sign-in", { password: "wrong password" }),
  await measure("sign-up", { password }),
  await measure("forgot", {}),
];
console.log(`Medians of ${String(count)}, each.\n`);
console.log(
  table(["what", "known ms", "unknown ms", "known / unknown", "unknown / unknown"], rows),
);
world.limits.close();
await database.close();

import { createHash, randomBytes } from "node:crypto";
import type { TestPostgres } from "../packages/server/src/db/testing/postgres.ts";
import { load, requestBytes } from "./load.ts";

/** Secrets that each person has; the values are as long as an API key. */
export const secretsEach = 20;
export const app = "sbench";

/** How a person's requests get through: the cookie of a session, and an address of their own. */
export type Person = Readonly<{ headers: Readonly<Record<string, string>> }>;

/** The token of a person's session: 43 characters, as ours are, but easy to make in SQL, too. */
const token = (number: number) => String(number).padStart(43, "A");

export function person(origin: string, number: number): Person {
  return {
    headers: {
      Cookie: `__Host-portafilter.session=${token(number)}`,
      Origin: origin,
      "Sec-Fetch-Site": "same-origin",
      "X-Forwarded-For": `10.${number >> 16}.${(number >> 8) & 255}.${number & 255}`,
    },
  };
}

/** Accounts and sessions are written by SQL, as signing up is not what is measured. */
export async function addAccounts(
  postgres: TestPostgres,
  database: string,
  from: number,
  to: number,
): Promise<void> {
  const range = `generate_series(${from}, ${to - 1}) as n`;
  await postgres.query(
    `insert into account (id, email, email_verified, name, created_at, updated_at)
     select 'person' || n, 'person' || n || '@bench.invalid', true, '', now(), now() from ${range}`,
    database,
  );
  await postgres.query(
    `insert into account_session (id, user_id, token_hash, created_at, confirmed_at, seen_at)
     select 'session' || n, 'person' || n, sha256(convert_to(lpad(n::text, 43, 'A'), 'UTF8')),
       now(), now(), now() from ${range}`,
    database,
  );
}

/** Digest of what the app loads from outside the lock: nothing. */
export const noDigest = createHash("sha256").digest("hex");

/** Adds people `from` to `to`; secrets and grants come in by the front door, as a merge of each. */
export async function addPeople(
  postgres: TestPostgres,
  database: string,
  server: Readonly<{ origin: string; address: URL; host: string }>,
  from: number,
  to: number,
): Promise<void> {
  await addAccounts(postgres, database, from, to);
  let number = from;
  const grants = Array.from({ length: secretsEach }, (_, n) => ({
    app,
    loads: [],
    name: `KEY_${n}`,
  }));
  const merge = () => {
    const body = {
      mergeId: crypto.randomUUID(),
      secrets: grants.map(({ name }) => ({ name, value: randomBytes(24).toString("hex") })),
      grants,
    };
    const { headers } = person(server.origin, number++);
    return requestBytes(server.host, "/api/v1/merge", headers, body);
  };
  const done = await load(server.address, merge, 10, () => number >= to);
  if (done.failed > 0) throw new Error(`${done.failed} of ${done.count} merges failed`);
}

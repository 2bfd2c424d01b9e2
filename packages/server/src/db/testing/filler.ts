import { sql } from "kysely";
import { Problem } from "../../problem.ts";
import { openPGlite } from "../pglite.ts";

/**
 * Writes rows to the database in the folder named by its argument and tells the number of each once it is
 * acknowledged, until one is refused. Then it tells how that was and what comes after it, and ends.
 */
const say = (line: string) => process.stdout.write(`${line}\n`);
const outcome = (work: Promise<unknown>) =>
  work.then(
    () => "done",
    (error: unknown) => (error instanceof Problem ? error.code : String(error)),
  );

const config = { kind: "pglite", folder: process.argv[2] ?? "" } as const;
const db = await openPGlite(config, (reason) => say(`ended: ${reason.message}`));
const stop = await db.listen(
  "some_channel",
  () => undefined,
  () => undefined,
);
await sql`create table written (n int8 primary key, pad bytea not null)`.execute(db.kysely);
const write = (n: number) =>
  db.transaction(async (tx) => {
    await sql`insert into written values (${n}, ${Buffer.alloc(1_500, n)})`.execute(tx);
  });

let n = 1;
let how = await outcome(write(n));
for (; how === "done"; how = await outcome(write(n))) {
  say(`${n}`);
  n += 1;
}
say(`refused: ${how}`);
say(`next: ${await outcome(write(n + 1))}`);
say(`read: ${await outcome(sql`select 1`.execute(db.kysely))}`);
say(`ready: ${await db.isReady()}`);
say(`listen: ${await outcome(db.listen("other_channel", say, () => undefined))}`);
say(`stop: ${await outcome(stop())}`);
say(`close: ${await outcome(db.close())}`);
process.exit();

import { type api, noLoads } from "@portafilter/protocol";
import type * as z from "zod/mini";
import { Problem } from "../problem.ts";
import { changed } from "./changing.ts";
import { roomForGrants } from "./grant-room.ts";
import { boundTo, grant } from "./granting.ts";
import type { Verified } from "./head.ts";
import { holdNamed } from "./held/store.ts";
import type { Change, Page } from "./ledger.ts";
import { openMerge, sealMerge } from "./merge-record.ts";
import type { By, Ports } from "./ports.ts";
import { findMerge, keepMerge } from "./store.ts";
import { bytesOfValue } from "./value.ts";
import { addSecrets, addVersion, type Named, openInUse } from "./versions.ts";

type Merge = z.infer<typeof api.merge>;

/**
 * Moves what a tab kept into the account, in one transaction. The same merge sent again, at whatever
 * time, has the same answer and changes nothing.
 * @throws Problem `secret_limit` when not all of it fits, and then nothing is stored; `bad_request` for
 * a name that comes twice, or an id that came with another content; `value_too_long`
 */
export type Merging = (by: By, merge: Merge) => Promise<api.MergeAnswer>;

/** As long as a sign-in lasts at most; a tab has long tried again by then. */
const remembered = 90 * 24 * 60 * 60 * 1_000;
/** Merges of one account that are remembered: each may take a hundred kilobytes. */
const most = 100;
/** Secrets that are compared at once: with values of 64 KiB, their records take a few megabytes. */
const batch = 50;

export function createMerging(change: Change, now: NonNullable<Ports["now"]>): Merging {
  return async (by, merge) => {
    const { secrets } = merge;
    if (new Set(secrets.map(({ name }) => name)).size < secrets.length) {
      throw new Problem("bad_request");
    }
    const named: Named[] = [];
    try {
      for (const { name, value } of secrets) named.push({ name, value: bytesOfValue(value) });
      return await change(by, (page) => mergeOnce(page, merge, named, now()));
    } finally {
      for (const { value } of named) value.fill(0);
    }
  };
}

/** Whoever comes second waits for the head, and finds the answer of whoever came first. */
async function mergeOnce(
  page: Page,
  merge: Merge,
  named: readonly Named[],
  now: number,
): Promise<api.MergeAnswer> {
  const { tx, userId } = page;
  const { mergeId } = merge;
  const done = await findMerge(tx, userId, mergeId);
  if (done !== null) return await page.withKey((key) => openMerge(key, userId, merge, done));

  const at = new Date(now);
  const answer: api.MergeAnswer = { moved: [], same: [], replaced: [] };
  const merged: Verified[] = [];
  let room = await roomForGrants(page, at, merge.grants.length);
  for (let from = 0; from < named.length; from += batch) {
    merged.push(...(await moveSome(page, named.slice(from, from + batch), answer, at)));
  }
  const grants = Map.groupBy(merge.grants, ({ name }) => name);
  for (const secret of merged) {
    const loads = new Map(grants.get(secret.name)?.map((one) => [one.app, one.loads]));
    const wanted = fitting(secret, [...loads.keys()], room).map((app) => {
      return { app, until: null, ...boundTo(loads.get(app) ?? noLoads) };
    });
    room -= await grant(page, secret, wanted, at, room);
  }

  const text = JSON.stringify(answer);
  const record = await page.withKey((key) => sealMerge(key, userId, merge, text));
  const kept = { mergeId, record, answer: text };
  await keepMerge(tx, userId, kept, at, { forgotten: new Date(now - remembered), most });
  page.tell({ action: "merge.done" });
  return answer;
}

/** The apps that may have it already, and as many new ones as there is room for: others ask again. */
function fitting({ grants }: Verified, apps: readonly string[], room: number): readonly string[] {
  const before = new Set(grants.map(({ app }) => app));
  let left = room;
  return apps.filter((app) => before.has(app) || left-- > 0);
}

async function moveSome(
  page: Page,
  named: readonly Named[],
  answer: api.MergeAnswer,
  at: Date,
): Promise<readonly Verified[]> {
  const names = named.map(({ name }) => name);
  const rows = await holdNamed(page.tx, page.userId, names);
  const stored = new Map(rows.map((row) => [row.secret.name, row]));
  const merged: Verified[] = [];
  const added: Named[] = [];
  for (const { name, value } of named) {
    const row = stored.get(name);
    if (row === undefined) {
      added.push({ name, value });
      continue;
    }
    const secret = page.check(row.secret);
    const opened = await openInUse(page, { secret, record: row.record });
    const isSame = Buffer.compare(opened, value) === 0;
    opened.fill(0);
    if (isSame) {
      answer.same.push(name);
      merged.push(secret);
      continue;
    }
    merged.push(await addVersion(page, secret, value, at));
    answer.replaced.push(name);
    page.tell({ action: "secret.changed", secret: name, events: [changed(name)] });
  }
  for (const secret of await addSecrets(page, added, at)) {
    merged.push(secret);
    answer.moved.push(secret.name);
    page.tell({ action: "secret.created", secret: secret.name, events: [changed(secret.name)] });
  }
  return merged;
}

import type { AppId } from "@portafilter/protocol";
import { parseRecord, type SessionRecord } from "./record.ts";
import { claimTab } from "./tab.ts";

const key = "portafilter.session";

/** What the visitor has decided about one secret and one app in this tab. */
export type Standing = "granted" | "known" | "unknown" | "unavailable";

/** Everything that this tab holds, on its way into an account. Secret material. */
export type TabContent = Pick<SessionRecord, "mergeId" | "secrets" | "grants">;

/** One secret of this tab, without its value, and the apps that may use it. */
export type TabEntry = { readonly name: string; readonly apps: readonly AppId[] };

/** Secrets and grants of this tab. Every method works on sessionStorage itself: no copy stays in memory. */
export type SessionStore = {
  readonly standing: (app: AppId, name: string) => Standing;
  /** The value, only when this app was allowed to have it; null otherwise. Secret material. */
  readonly read: (app: AppId, name: string) => string | null;
  /**
   * Records that `app` may use `name`, after storing `value` when one is given. False when the
   * browser would not keep it, or when there is no such secret; then nothing has changed.
   */
  readonly allow: (app: AppId, name: string, value: string | null) => boolean;
  /** Whether there is a secret called `name`. */
  readonly holds: (name: string) => boolean;
  readonly entries: () => readonly TabEntry[];
  /** False when nothing was changed, because the browser would not. */
  readonly revoke: (app: AppId, name: string) => boolean;
  readonly remove: (name: string) => boolean;
  /** What there is to move; null when there is nothing. The same content has the same `mergeId`. */
  readonly content: () => TabContent | null;
  /** Erases what has moved. A value that was entered meanwhile stays, with its grants. */
  readonly erase: (moved: Pick<TabContent, "secrets">) => void;
  /** Erases everything. */
  readonly wipe: () => void;
};

type Ports = {
  /** A function, because merely touching `window.sessionStorage` may throw. */
  readonly storage: () => Storage;
  readonly locks: LockManager | undefined;
  /** True when this page came out of the tab's history: so does a closed tab that is opened again. */
  readonly reopened: boolean;
};

/**
 * Opens this tab's store. A reload finds what was there; a copy of another tab's storage, what a
 * closed tab left, and anything malformed is removed and the store begins empty.
 */
export async function openSessionStore(ports: Ports): Promise<SessionStore> {
  const found = readRecord(ports);
  if (found === null || ports.reopened || !(await claimTab(ports.locks, found.tab))) {
    const tab = crypto.randomUUID();
    await claimTab(ports.locks, tab);
    writeRecord(ports, empty(tab));
  }
  const change = (edit: (record: SessionRecord) => Pick<SessionRecord, "secrets" | "grants">) => {
    const record = readRecord(ports);
    if (record === null) return false;
    return writeRecord(ports, { ...record, ...edit(record), mergeId: crypto.randomUUID() });
  };
  return {
    standing(app, name) {
      const record = readRecord(ports);
      if (record === null) return "unavailable";
      if (!has(record, name)) return "unknown";
      return isGranted(record, app, name) ? "granted" : "known";
    },
    read(app, name) {
      const record = readRecord(ports);
      if (record === null || !isGranted(record, app, name)) return null;
      return record.secrets.find((secret) => secret.name === name)?.value ?? null;
    },
    allow(app, name, value) {
      const record = readRecord(ports);
      if (record === null || (value === null && !has(record, name))) return false;
      return change(({ secrets, grants }) => ({
        secrets: value === null ? secrets : [...named(secrets, name, false), { name, value }],
        grants: isGranted(record, app, name) ? grants : [...grants, { app, name }],
      }));
    },
    holds(name) {
      const record = readRecord(ports);
      return record !== null && has(record, name);
    },
    entries() {
      const record = readRecord(ports);
      return (record?.secrets ?? []).map(({ name }) => ({
        name,
        apps: named(record?.grants ?? [], name, true).map((grant) => grant.app),
      }));
    },
    revoke: (app, name) =>
      change(({ secrets, grants }) => ({
        secrets,
        grants: grants.filter((grant) => grant.app !== app || grant.name !== name),
      })),
    remove: (name) =>
      change(({ secrets, grants }) => ({
        secrets: named(secrets, name, false),
        grants: named(grants, name, false),
      })),
    content() {
      const record = readRecord(ports);
      if (record === null || record.secrets.length === 0) return null;
      const { mergeId, secrets, grants } = record;
      return { mergeId, secrets, grants };
    },
    erase(moved) {
      const values = new Map(moved.secrets.map(({ name, value }) => [name, value]));
      change(({ secrets, grants }) => {
        const left = secrets.filter(({ name, value }) => values.get(name) !== value);
        const names = new Set(left.map(({ name }) => name));
        return { secrets: left, grants: grants.filter(({ name }) => names.has(name)) };
      });
    },
    wipe() {
      const record = readRecord(ports);
      if (record !== null && !writeRecord(ports, empty(record.tab))) removeRecord(ports);
    },
  };
}

function empty(tab: string): SessionRecord {
  return { v: 2, tab, mergeId: crypto.randomUUID(), secrets: [], grants: [] };
}

/** The items called `name`, or all the others. */
function named<T extends { readonly name: string }>(
  items: readonly T[],
  name: string,
  wanted: boolean,
): T[] {
  return items.filter((item) => (item.name === name) === wanted);
}

function has(record: SessionRecord, name: string): boolean {
  return record.secrets.some((secret) => secret.name === name);
}

function isGranted(record: SessionRecord, app: AppId, name: string): boolean {
  return record.grants.some((grant) => grant.app === app && grant.name === name);
}

/** Null when there is no record, when it is malformed (it is removed), or when storage is out of reach. */
function readRecord(ports: Ports): SessionRecord | null {
  try {
    const text = ports.storage().getItem(key);
    if (text === null) return null;
    const record = parseRecord(text);
    if (record === null) removeRecord(ports);
    return record;
  } catch {
    return null;
  }
}

/** False when the browser refuses: storage blocked, or full. */
function writeRecord(ports: Ports, record: SessionRecord): boolean {
  try {
    ports.storage().setItem(key, JSON.stringify(record));
    return true;
  } catch {
    return false;
  }
}

function removeRecord(ports: Ports): void {
  try {
    ports.storage().removeItem(key);
  } catch {
    // Out of reach, so there is nothing to remove.
  }
}

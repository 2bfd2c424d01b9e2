import type { AppId } from "@portafilter/protocol";
import { parseRecord, type SessionRecord } from "./record.ts";
import { claimTab } from "./tab.ts";

const key = "portafilter.session";

/** What the visitor has decided about one secret and one app in this tab. */
export type Standing = "granted" | "known" | "unknown" | "unavailable";

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
    writeRecord(ports, { v: 1, tab, secrets: [], grants: [] });
  }
  return {
    standing(app, name) {
      const record = readRecord(ports);
      if (record === null) return "unavailable";
      if (!record.secrets.some((secret) => secret.name === name)) return "unknown";
      return isGranted(record, app, name) ? "granted" : "known";
    },
    read(app, name) {
      const record = readRecord(ports);
      if (record === null || !isGranted(record, app, name)) return null;
      return record.secrets.find((secret) => secret.name === name)?.value ?? null;
    },
    allow(app, name, value) {
      const record = readRecord(ports);
      if (record === null) return false;
      const others = record.secrets.filter((secret) => secret.name !== name);
      const secrets = value === null ? record.secrets : [...others, { name, value }];
      if (!secrets.some((secret) => secret.name === name)) return false;
      const grants = isGranted(record, app, name)
        ? record.grants
        : [...record.grants, { app, name }];
      return writeRecord(ports, { ...record, secrets, grants });
    },
  };
}

function isGranted(record: SessionRecord, app: AppId, name: string): boolean {
  return record.grants.some((grant) => grant.app === app && grant.name === name);
}

/** Null when there is no record, when it is malformed (it is removed), or when storage is out of reach. */
function readRecord(ports: Ports): SessionRecord | null {
  try {
    const storage = ports.storage();
    const text = storage.getItem(key);
    if (text === null) return null;
    const record = parseRecord(text);
    if (record === null) storage.removeItem(key);
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

import { type AppId, type Loads, loadsText } from "@portafilter/protocol";
import { parseRecord, type SessionRecord } from "./record.ts";
import { claimTab } from "./tab.ts";

const key = "portafilter.session";

/** An app and what it has loaded from outside the lock: what is allowed is for both. */
export type Asker = { readonly app: AppId; readonly loads: Loads };

/** What the visitor has decided about one secret and one app. `changed`: the app was allowed with other packages. */
export type Standing = "granted" | "known" | "changed" | "unknown" | "unavailable";

type Secret = SessionRecord["secrets"][number];
type Grant = SessionRecord["grants"][number];

/** What this tab holds for one account, on its way there. Secret material. */
export type TabContent = Pick<SessionRecord, "mergeId" | "grants"> & {
  readonly secrets: Pick<Secret, "name" | "value">[];
};

/** One secret of this tab, without its value, and the apps that may use it. */
export type TabEntry = { readonly name: string; readonly apps: readonly AppId[] };

/** Secrets and grants of this tab. Every method works on sessionStorage itself: no copy stays in memory. */
export type SessionStore = {
  readonly standing: (asker: Asker, name: string) => Standing;
  /** The value, only when this app was allowed to have it with what it has loaded; null otherwise. Secret material. */
  readonly read: (asker: Asker, name: string) => string | null;
  /** What the app had loaded when it was allowed; null when it was not. */
  readonly allowedWith: (app: AppId, name: string) => Loads | null;
  /**
   * Records that the app may use `name`, after storing `value` when one is given. The value is for the
   * account `owner`, or for whoever signs in next (null); absent, for whom the one before it was. False
   * when the browser would not keep it, or when there is no such secret; then nothing has changed.
   */
  readonly allow: (
    asker: Asker,
    name: string,
    value: string | null,
    owner?: string | null,
  ) => boolean;
  /** Whether there is a secret called `name`. */
  readonly holds: (name: string) => boolean;
  readonly entries: () => readonly TabEntry[];
  /** False when nothing was changed, because the browser would not. */
  readonly revoke: (app: AppId, name: string) => boolean;
  readonly remove: (name: string) => boolean;
  /**
   * What there is to move into `account`: what is kept for it, and what is for whoever signs in; null
   * when there is nothing. The same content has the same `mergeId`.
   */
  readonly content: (account: string) => TabContent | null;
  /**
   * Makes the tab `account`'s: what is for whoever signs in is for this account from now on, also after a
   * reload, and what is for another one is erased. False when the browser would not; then nothing has changed.
   */
  readonly claim: (account: string) => boolean;
  /** Erases what is kept for an account; false when nothing is. What is for whoever signs in next stays. */
  readonly disown: () => boolean;
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
  } else {
    // One of an older form is written in today's, so that its content keeps one name.
    writeRecord(ports, found);
  }
  const change = (edit: (record: SessionRecord) => Pick<SessionRecord, "secrets" | "grants">) => {
    const record = readRecord(ports);
    if (record === null) return false;
    return writeRecord(ports, { ...record, ...edit(record), mergeId: crypto.randomUUID() });
  };
  const wipe = () => {
    const record = readRecord(ports);
    if (record !== null && !writeRecord(ports, empty(record.tab))) removeRecord(ports);
  };
  return {
    standing({ app, loads }, name) {
      const record = readRecord(ports);
      if (record === null) return "unavailable";
      if (!has(record, name)) return "unknown";
      const grant = grantOf(record, app, name);
      if (grant === undefined) return "known";
      return isSame(grant.loads, loads) ? "granted" : "changed";
    },
    read({ app, loads }, name) {
      const record = readRecord(ports);
      const grant = record === null ? undefined : grantOf(record, app, name);
      if (record === null || grant === undefined || !isSame(grant.loads, loads)) return null;
      return record.secrets.find((secret) => secret.name === name)?.value ?? null;
    },
    allowedWith(app, name) {
      const record = readRecord(ports);
      return (record && grantOf(record, app, name)?.loads) ?? null;
    },
    allow({ app, loads }, name, value, owner) {
      const record = readRecord(ports);
      if (record === null || (value === null && !has(record, name))) return false;
      const before = record.secrets.find((secret) => secret.name === name)?.owner;
      const after = owner === undefined ? before : (owner ?? undefined);
      const isIts = (grant: Grant) => grant.app === app && grant.name === name;
      return change(({ secrets, grants }) => ({
        secrets:
          value === null
            ? secrets
            : [...named(secrets, name, false), { name, value, owner: after }],
        grants: [...grants.filter((grant) => !isIts(grant)), { app, loads, name }],
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
    content(account) {
      const record = readRecord(ports);
      if (record === null) return null;
      const { secrets, grants } = only(record, isFor(account));
      if (secrets.length === 0) return null;
      const bare = secrets.map(({ name, value }) => ({ name, value }));
      return { mergeId: record.mergeId, secrets: bare, grants };
    },
    claim(account) {
      const record = readRecord(ports);
      if (record === null) return false;
      const { secrets, grants } = only(record, isFor(account));
      // What there is to move into this account stays the same, and so does its id.
      const claimed = secrets.map((secret) => ({ ...secret, owner: account }));
      return writeRecord(ports, { ...record, secrets: claimed, grants });
    },
    disown() {
      const isStrangers = ({ owner }: Secret) => owner === undefined;
      const record = readRecord(ports);
      if (record === null || record.secrets.every(isStrangers)) return false;
      if (!change(() => only(record, isStrangers))) wipe();
      return true;
    },
    erase(moved) {
      const values = new Map(moved.secrets.map(({ name, value }) => [name, value]));
      change((record) => only(record, ({ name, value }) => values.get(name) !== value));
    },
    wipe,
  };
}

function empty(tab: string): SessionRecord {
  return { v: 3, tab, mergeId: crypto.randomUUID(), secrets: [], grants: [] };
}

/** The secrets that are `wanted`, and what was allowed for them. */
function only(
  { secrets, grants }: SessionRecord,
  wanted: (secret: Secret) => boolean,
): Pick<SessionRecord, "secrets" | "grants"> {
  const left = secrets.filter(wanted);
  const names = new Set(left.map(({ name }) => name));
  return { secrets: left, grants: grants.filter(({ name }) => names.has(name)) };
}

function isFor(account: string): (secret: Secret) => boolean {
  return ({ owner }) => owner === undefined || owner === account;
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

function grantOf(record: SessionRecord, app: AppId, name: string): Grant | undefined {
  return record.grants.find((grant) => grant.app === app && grant.name === name);
}

function isSame(one: Loads, other: Loads): boolean {
  return loadsText(one) === loadsText(other);
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

import * as z from "zod";
import {
  type Asked,
  looseBoolean,
  looseInteger,
  looseText,
  type Operation,
  type Reply,
  type Route,
  readBody,
} from "../http/route.ts";
import {
  configureRing,
  createRing,
  describeRing,
  type KeyRing,
  rotateRing,
  trimRing,
} from "../keys/key-ring.ts";
import { Refusal, refusals } from "../refusal.ts";
import { without, withRing } from "../store/state.ts";

const refuse = (text: string) => new Refusal(400, text);
const ringOf = ({ opened, params }: Asked): KeyRing | undefined =>
  opened.store.state().rings.get(params.name ?? "");

const newKey = z.object({
  type: looseText.default("aes256-gcm96"),
  derived: looseBoolean.default(false),
  convergent_encryption: looseBoolean.default(false),
  exportable: looseBoolean.default(false),
  allow_plaintext_backup: looseBoolean.default(false),
  auto_rotate_period: looseText.default("0"),
});

const settings = z.object({
  min_decryption_version: looseInteger.optional(),
  min_encryption_version: looseInteger.optional(),
  deletion_allowed: looseBoolean.optional(),
  exportable: looseBoolean.default(false),
  allow_plaintext_backup: looseBoolean.default(false),
  auto_rotate_period: looseText.default("0"),
});

const trimming = z.object({ min_available_version: looseInteger.optional() });

/** What OpenBao can do and this server will not: refused, because a client must not believe it was done. */
function refuseUnsupported(
  fields: Pick<
    z.output<typeof settings>,
    "exportable" | "allow_plaintext_backup" | "auto_rotate_period"
  >,
): void {
  if (!/^0[smh]?$/.test(fields.auto_rotate_period)) {
    const isShort = /^(?:\d{1,4}s?|[0-5]?\dm)$/.test(fields.auto_rotate_period);
    const text = "auto rotate period must be 0 to disable or at least an hour";
    const tooShort = isShort && Number.parseInt(fields.auto_rotate_period, 10) < 3600;
    throw refuse(tooShort ? text : "automatic rotation is not supported");
  }
  if (fields.exportable) throw refuse("exportable keys are not supported");
  if (fields.allow_plaintext_backup) throw refuse("plaintext backups are not supported");
}

async function create({ params, opened, body }: Asked): Promise<Reply> {
  const { fields, warnings } = readBody(newKey, body);
  const name = params.name ?? "";
  refuseUnsupported(fields);
  if (fields.convergent_encryption && !fields.derived) {
    throw refuse("convergent encryption requires derivation to be enabled");
  }
  // A key that exists stays as it is, whatever the request says of it.
  const existing = opened.store.state().rings.get(name);
  if (existing !== undefined) return { data: describeRing(existing), warnings };
  if (fields.type !== "aes256-gcm96") throw refuse(`unknown key type ${fields.type.slice(0, 64)}`);
  if (fields.convergent_encryption) throw refuse("convergent encryption is not supported");
  const state = await opened.store.change((current) =>
    current.rings.has(name) ? current : withRing(current, createRing(name, fields.derived)),
  );
  return described(state.rings.get(name), warnings);
}

function read(asked: Asked): Reply {
  const ring = ringOf(asked);
  if (ring === undefined) throw refusals.absent();
  return { data: describeRing(ring) };
}

function list({ opened }: Asked): Reply {
  const keys = [...opened.store.state().rings.keys()].sort();
  if (keys.length === 0) throw refusals.absent();
  return { data: { keys } };
}

async function remove({ params, opened }: Asked): Promise<Reply> {
  const name = params.name ?? "";
  const failed = (why: string) => refuse(`error deleting policy ${name}: ${why}`);
  await opened.store.change((state) => {
    const ring = state.rings.get(name);
    if (ring === undefined) throw failed("could not delete key; not found");
    if (!ring.deletionAllowed) throw failed("deletion is not allowed for this key");
    return { ...state, rings: without(state.rings, name) };
  });
  return null;
}

async function rotate(asked: Asked): Promise<Reply> {
  const { warnings } = readBody(z.object({}), asked.body);
  return described(await changeRing(asked, rotateRing, "key not found"), warnings);
}

async function configure(asked: Asked): Promise<Reply> {
  const { fields, warnings } = readBody(settings, asked.body);
  refuseUnsupported(fields);
  const forced =
    "since Vault 0.3 (prior to the OpenBao fork), transit key numbering starts at 1; forcing minimum to 1";
  const ring = await changeRing(
    asked,
    (current) =>
      configureRing(current, {
        minDecryption: fields.min_decryption_version,
        minEncryption: fields.min_encryption_version,
        deletionAllowed: fields.deletion_allowed,
      }),
    `no existing key named ${asked.params.name ?? ""} could be found`,
  );
  return described(ring, fields.min_decryption_version === 0 ? [...warnings, forced] : warnings);
}

async function trim(asked: Asked): Promise<Reply> {
  const { fields, warnings } = readBody(trimming, asked.body);
  const to = fields.min_available_version;
  const ring = await changeRing(
    asked,
    (current) => {
      if (to === undefined) throw refuse("missing min_available_version");
      return trimRing(current, to);
    },
    "invalid key name",
  );
  return described(ring, warnings);
}

async function changeRing(
  { opened, params }: Asked,
  change: (ring: KeyRing) => KeyRing,
  absent: string,
): Promise<KeyRing | undefined> {
  const name = params.name ?? "";
  const state = await opened.store.change((current) => {
    const ring = current.rings.get(name);
    if (ring === undefined) throw refuse(absent);
    return withRing(current, change(ring));
  });
  return state.rings.get(name);
}

function described(ring: KeyRing | undefined, warnings: readonly string[]): Reply {
  if (ring === undefined) throw refusals.internal("key vanished");
  return { data: describeRing(ring), warnings };
}

const changing = (name: string, run: Operation["run"]): Operation => ({ name, changes: true, run });

/** Making, turning and destroying keys. None of these routes ever answers with key material. */
export const keyRoutes: readonly Route[] = [
  { path: "transit/keys", access: "token", on: { list: { name: "keys.list", run: list } } },
  {
    path: "transit/keys/:name",
    access: "token",
    on: {
      read: { name: "keys.read", run: read },
      update: changing("keys.create", create),
      delete: changing("keys.delete", remove),
    },
  },
  {
    path: "transit/keys/:name/rotate",
    access: "token",
    on: { update: changing("keys.rotate", rotate) },
  },
  {
    path: "transit/keys/:name/config",
    access: "token",
    on: { update: changing("keys.config", configure) },
  },
  { path: "transit/keys/:name/trim", access: "token", on: { update: changing("keys.trim", trim) } },
];

import { createSecretKey, randomBytes, randomUUID } from "node:crypto";
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parsePolicy } from "../access/policy-text.ts";
import { mintToken } from "../access/token.ts";
import { createRing, rotateRing } from "../keys/key-ring.ts";
import { temporaryFolder } from "../testing/harness.ts";
import { NotPrivateError, readPrivate, writeDurably } from "./durable.ts";
import { LockedError, lockForThisProcess } from "./process-lock.ts";
import { openFile, sealFile } from "./sealed-file.ts";
import { decodeState, encodeState, type State, withRing } from "./state.ts";
import { createStore, openStore } from "./store.ts";

const rootKey = createSecretKey(randomBytes(32));
let folder: ReturnType<typeof temporaryFolder>;
const at = (name: string) => join(folder.path, name);
const files = () => ({ file: at("keys.sealed"), anchor: at("anchor.json") });
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => {
  folder.remove();
});

const someState = (): State => ({
  clusterId: randomUUID(),
  rings: new Map([["k", rotateRing(createRing("k", true))]]),
  tokens: new Map(
    [mintToken(["app"], null), mintToken(["app"], 60)].map(({ token }) => [token.hash, token]),
  ),
  policies: new Map([["app", parsePolicy('path "x" { capabilities = ["read"] }')]]),
});

describe("the state", () => {
  it("is read as it was written, keys included", () => {
    const state = someState();
    const back = decodeState(encodeState(state));
    expect(encodeState(back)).toEqual(encodeState(state));
    const version = (of: State) => of.rings.get("k")?.versions.get(2)?.key.export();
    expect(version(back)).toEqual(version(state));
  });

  it("is refused when it holds anything else", () => {
    expect(() => decodeState(Buffer.from("{}"))).toThrow(
      "the key store holds something unexpected",
    );
  });
});

describe("the store", () => {
  it("holds what was changed, after it is opened again", async () => {
    const store = await createStore(files(), rootKey, someState());
    await store.change((state) => withRing(state, createRing("second", false)));
    const again = await openStore(files(), rootKey);
    expect([...again.state().rings.keys()]).toEqual(["k", "second"]);
    expect(again.generation()).toBe(2);
  });

  it("runs changes one after another", async () => {
    const store = await createStore(files(), rootKey, someState());
    const names = Array.from({ length: 20 }, (_, index) => `k${index}`);
    await Promise.all(
      names.map((name) => store.change((state) => withRing(state, createRing(name, false)))),
    );
    const again = await openStore(files(), rootKey);
    expect([...again.state().rings.keys()].sort()).toEqual([...names, "k"].sort());
  });

  it("goes on after a change that failed, with nothing changed", async () => {
    const store = await createStore(files(), rootKey, someState());
    const before = store.state();
    await expect(
      store.change(() => {
        throw new Error("no");
      }),
    ).rejects.toThrow("no");
    expect(store.state()).toBe(before);
    await store.change((state) => withRing(state, createRing("next", false)));
    expect(store.state().rings.has("next")).toBe(true);
  });

  it("finishes what is under way when it is closed, and takes nothing more", async () => {
    const store = await createStore(files(), rootKey, someState());
    const last = store.change((state) => withRing(state, createRing("last", false)));
    await store.close();
    await last;
    const late = store.change((state) => withRing(state, createRing("late", false)));
    await expect(late).rejects.toThrow("Vault is sealed");
    const again = await openStore(files(), rootKey);
    expect([...again.state().rings.keys()]).toEqual(["k", "last"]);
  });

  it("writes nothing when nothing changes", async () => {
    const store = await createStore(files(), rootKey, someState());
    await store.change((state) => state);
    expect(store.generation()).toBe(1);
  });

  it("forgets expired tokens with the next change", async () => {
    const state = someState();
    const { token } = mintToken(["app"], 1, 1000);
    const store = await createStore(files(), rootKey, {
      ...state,
      tokens: new Map([...state.tokens, [token.hash, token]]),
    });
    expect(store.state().tokens.has(token.hash)).toBe(false);
    expect(store.state().tokens.size).toBe(2);
  });

  it("shows no key, token or name in its file", async () => {
    const state = someState();
    await createStore(files(), rootKey, state);
    const bytes = readFileSync(files().file);
    const key = state.rings.get("k")?.versions.get(1)?.key.export() ?? Buffer.alloc(0);
    for (const canary of [key, Buffer.from(key.toString("base64")), Buffer.from("clusterId")]) {
      expect(canary.length).toBeGreaterThan(0);
      expect(bytes.includes(canary)).toBe(false);
    }
  });
});

describe("the sealed file", () => {
  it("gives generation and content back", () => {
    const sealed = sealFile(rootKey, 2 ** 40, Buffer.from("content"));
    expect(openFile(rootKey, sealed)).toEqual({
      generation: 2 ** 40,
      content: Buffer.from("content"),
    });
  });

  it("looks as it is documented", () => {
    const sealed = sealFile(rootKey, 3, Buffer.from("content"));
    expect(sealed.subarray(0, 15).toString("hex")).toBe(
      `${Buffer.from("PFKEYS").toString("hex")}010000000000000003`,
    );
    expect(sealed.length).toBe(15 + 12 + 7 + 16);
  });
});

describe("files", () => {
  it("are replaced whole, for their owner alone, and leave nothing beside them", async () => {
    await writeDurably(at("x"), Buffer.from("one"));
    await writeDurably(at("x"), Buffer.from("two"));
    expect(readFileSync(at("x"), "utf8")).toBe("two");
    expect(statSync(at("x")).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder.path)).toEqual(["x"]);
  });

  it("stay as they were when they cannot be replaced", async () => {
    await writeDurably(at("x"), Buffer.from("one"));
    await expect(writeDurably(at("missing/x"), Buffer.from("two"))).rejects.toThrow();
    expect(readdirSync(folder.path)).toEqual(["x"]);
  });

  it.each([0o640, 0o604, 0o620, 0o644, 0o666])("with mode %o are not read", async (mode) => {
    writeFileSync(at("x"), "secret");
    chmodSync(at("x"), mode);
    await expect(readPrivate(at("x"))).rejects.toThrow(NotPrivateError);
  });

  it("are not read through a link", async () => {
    writeFileSync(at("x"), "secret", { mode: 0o600 });
    symlinkSync(at("x"), at("link"));
    await expect(readPrivate(at("link"))).rejects.toThrow(NotPrivateError);
  });

  it("may be missing", async () => {
    expect(await readPrivate(at("x"))).toBeNull();
  });
});

describe("the lock", () => {
  it("lets one in at a time", () => {
    const unlock = lockForThisProcess(at("lock"));
    expect(() => lockForThisProcess(at("lock"))).toThrow(LockedError);
    unlock();
    lockForThisProcess(at("lock"))();
    expect(existsSync(at("lock"))).toBe(true);
  });
});

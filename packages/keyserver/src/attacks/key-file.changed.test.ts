import { spawn } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseRootKey } from "../crypto/root-key.ts";
import { type WriteFile, writeDurably } from "../store/durable.ts";
import { openFile } from "../store/sealed-file.ts";
import { dataOf, type Running, startForTest, temporaryFolder } from "../testing/harness.ts";

let folder: ReturnType<typeof temporaryFolder>;
const inFolder = (name: string) => join(folder.path, "keyserver", name);
const store = () => inFolder("keys.sealed");
beforeEach(async () => {
  folder = temporaryFolder();
  const first = await startForTest(folder.path);
  await first.server.close();
});
afterEach(() => {
  folder.remove();
});

const start = () => startForTest(folder.path);
const refused = async (reason: RegExp) => {
  await expect(start()).rejects.toThrow(reason);
  // The refusal must not lock out the start that follows when things are put right.
};

/** Rotates and gives back the version there is then. */
async function rotate(running: Running): Promise<unknown> {
  const path = "/v1/transit/keys/portafilter/rotate";
  const received = await running.request("POST", path, { token: running.operatorToken });
  return received.status === 200 ? dataOf(received).latest_version : received.status;
}

/** Attack F7: somebody with the disk changes the files of the key server. */
describe("files that were changed while the server was down", () => {
  it("a changed bit anywhere in the key store stops the start", async () => {
    const whole = readFileSync(store());
    const rootKey = parseRootKey(readFileSync(inFolder("root.key"), "utf8"));
    for (let at = 0; at < whole.length; at += 1) {
      const changed = Buffer.from(whole);
      changed.writeUInt8(changed.readUInt8(at) ^ (1 << (at % 8)), at);
      expect(() => openFile(rootKey, changed), `byte ${at}`).toThrow(/^the key store/);
    }
    for (const at of [0, 6, 7, 14, 15, 30, whole.length - 1]) {
      const changed = Buffer.from(whole);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      writeFileSync(store(), changed);
      await refused(/the key store/);
    }
    writeFileSync(store(), whole);
    await (await start()).server.close();
  });

  it("a key store that is cut off, extended, empty or another file stops the start", async () => {
    const whole = readFileSync(store());
    const rootKey = parseRootKey(readFileSync(inFolder("root.key"), "utf8"));
    for (let length = 0; length < whole.length; length += 1) {
      expect(() => openFile(rootKey, whole.subarray(0, length))).toThrow(/^the key store/);
    }
    const others = [
      whole.subarray(0, -1),
      Buffer.alloc(0),
      Buffer.concat([whole, whole]),
      Buffer.from("{}"),
    ];
    for (const other of others) {
      writeFileSync(store(), other);
      await refused(/the key store/);
    }
  });

  it("a key store that is gone is not taken for a first start", async () => {
    unlinkSync(store());
    await refused(/the key store is missing/);
    expect(existsSync(store())).toBe(false);
  });

  it("an older key store stops the start, unless the operator says that it was put back", async () => {
    copyFileSync(store(), join(folder.path, "older"));
    const running = await start();
    expect(await rotate(running)).toBe(2);
    await running.server.close();
    copyFileSync(join(folder.path, "older"), store());
    await refused(/the key store was rolled back: it is at change \d+, and had reached \d+/);
    const told = await startForTest(folder.path, {}, { acceptOlder: true });
    expect(await rotate(told)).toBe(2);
    await told.server.close();
    await (await start()).server.close();
  });

  it("an older key store does not pass with the anchor taken away, changed or of another server", async () => {
    const anchor = inFolder("anchor.json");
    const whole = readFileSync(anchor, "utf8");
    unlinkSync(anchor);
    await refused(/the anchor of the key store is missing/);
    for (const forged of [
      whole.replace(/\d+/, "0"),
      "{}",
      "",
      whole.replace('"mac":"', '"mac":"A'),
    ]) {
      writeFileSync(anchor, forged, { mode: 0o600 });
      await refused(/the anchor was changed/);
    }
    const other = temporaryFolder();
    await (await startForTest(other.path)).server.close();
    copyFileSync(join(other.path, "keyserver", "anchor.json"), anchor);
    other.remove();
    await refused(/the anchor was changed, or belongs to another root key/);
    writeFileSync(anchor, whole);
    await (await start()).server.close();
  });

  it("what is not noticed: store and anchor put back together, where both are in one place", async () => {
    const before = join(folder.path, "before");
    cpSync(inFolder(""), before, { recursive: true });
    const running = await start();
    await rotate(running);
    await running.server.close();
    copyFileSync(join(before, "keys.sealed"), store());
    copyFileSync(join(before, "anchor.json"), inFolder("anchor.json"));
    const again = await start();
    expect(await rotate(again)).toBe(2);
    await again.server.close();
  });

  it("…and is noticed where the anchor is kept elsewhere", async () => {
    const elsewhere = temporaryFolder();
    const own = temporaryFolder();
    const env = { KEYSERVER_ANCHOR_FILE: join(elsewhere.path, "anchor.json") };
    await (await startForTest(own.path, env)).server.close();
    cpSync(own.path, join(folder.path, "backup"), { recursive: true });
    const running = await startForTest(own.path, env);
    await rotate(running);
    await running.server.close();
    rmSync(own.path, { recursive: true });
    cpSync(join(folder.path, "backup"), own.path, { recursive: true });
    chmodSync(join(own.path, "keyserver"), 0o700);
    await expect(startForTest(own.path, env)).rejects.toThrow(/rolled back/);
    own.remove();
    elsewhere.remove();
  });

  it.each(["keys.sealed", "root.key", "anchor.json", "audit.log"])(
    "%s with rights for others stops the start",
    async (name) => {
      for (const mode of [0o644, 0o640, 0o606, 0o660]) {
        chmodSync(inFolder(name), mode);
        await refused(/it must be 0600 or stricter/);
      }
      chmodSync(inFolder(name), 0o600);
      await (await start()).server.close();
    },
  );

  it("a folder with rights for others stops the start", async () => {
    for (const mode of [0o755, 0o750, 0o701]) {
      chmodSync(inFolder(""), mode);
      await refused(/it must be 0700 or stricter/);
    }
  });

  it("a link in place of the key store or the root key stops the start", async () => {
    for (const name of ["keys.sealed", "root.key"]) {
      const moved = join(folder.path, `moved-${name}`);
      copyFileSync(inFolder(name), moved);
      unlinkSync(inFolder(name));
      symlinkSync(moved, inFolder(name));
      await refused(/must be a plain file/);
      unlinkSync(inFolder(name));
      copyFileSync(moved, inFolder(name));
    }
    await (await start()).server.close();
  });

  it("another root key stops the start", async () => {
    writeFileSync(inFolder("root.key"), Buffer.alloc(32, 7).toString("base64"));
    await refused(/wrong root key/);
  });

  it("what an interrupted write left is removed", async () => {
    writeFileSync(inFolder("keys.sealed.0123456789ab.tmp"), "half");
    writeFileSync(inFolder("anchor.json.0123456789ab.tmp"), "half");
    await (await start()).server.close();
    expect(readdirSync(inFolder("")).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  it("two servers on one folder: the second does not start", async () => {
    const running = await start();
    await refused(/another key server is already running/);
    expect(await rotate(running)).toBe(2);
    await running.server.close();
  });
});

describe("a disk that is full while a key is rotated", () => {
  it.each(["the store", "the anchor"])(
    "%s keeps what it was, and the server goes on",
    async (which) => {
      let full = false;
      const write: WriteFile = async (path, bytes) => {
        if (full && path.endsWith(which === "the store" ? ".sealed" : ".json")) {
          throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
        }
        await writeDurably(path, bytes);
      };
      const running = await startForTest(folder.path, {}, { write });
      const body = { plaintext: "aGVsbG8=", context: "dTE=" };
      const sealed = () =>
        running.request("POST", "/v1/transit/encrypt/portafilter", {
          token: running.appToken,
          body,
        });
      expect(dataOf(await sealed()).key_version).toBe(1);
      full = true;
      expect(await rotate(running)).toBe(500);
      // A version that is not on the disk must not have been used.
      expect(dataOf(await sealed()).key_version).toBe(1);
      full = false;
      expect(await rotate(running)).toBe(2);
      const { ciphertext, key_version } = dataOf(await sealed());
      expect(key_version).toBe(2);
      await running.server.close();

      const again = await start();
      const opened = await again.request("POST", "/v1/transit/decrypt/portafilter", {
        token: again.appToken,
        body: { ciphertext, context: body.context },
      });
      expect(dataOf(opened)).toEqual({ plaintext: body.plaintext });
      await again.server.close();
    },
  );

  it("is met for real: a limit on file sizes, set by the system", { timeout: 60_000 }, async () => {
    // 4 or 8 KiB, as the shell counts: enough for the store as it is, not for one with many keys.
    const main = fileURLToPath(new URL("../testing/serve.ts", import.meta.url));
    const child = spawn("sh", ["-c", 'ulimit -f 8; exec "$0" "$1"', process.execPath, main], {
      env: {
        ...process.env,
        DATA_DIR: folder.path,
        KEYSERVER_PORT: "0",
        KEYSERVER_AUDIT_FILE: "/dev/null",
      },
      stdio: ["ignore", "pipe", "ignore"],
    });
    const said: string[] = [];
    child.stdout.setEncoding("utf8").on("data", (part: string) => said.push(part));
    await expect.poll(() => /http:\S+/.exec(said.join(""))?.[0], { timeout: 30_000 }).toBeTruthy();
    const address = /http:\S+/.exec(said.join(""))?.[0] ?? "";
    const token = readFileSync(inFolder("operator.token"), "utf8").trim();
    const statuses: number[] = [];
    for (let count = 0; count < 60; count += 1) {
      const path = `${address}/v1/transit/keys/key-${count}`;
      const { status } = await fetch(path, { method: "POST", headers: { "X-Vault-Token": token } });
      statuses.push(status);
    }
    child.kill("SIGKILL");
    await new Promise((resolve) => child.once("exit", resolve));
    const acknowledged = statuses.filter((status) => status === 200).length;
    expect(acknowledged).toBeGreaterThan(3);
    expect(statuses.filter((status) => status === 500).length).toBeGreaterThan(3);
    const again = await start();
    const list = await again.request("GET", "/v1/transit/keys?list=true", { token });
    expect(dataOf(list).keys).toHaveLength(acknowledged + 1);
    await again.server.close();
  });
});

import {
  appendFileSync,
  chmodSync,
  readFileSync,
  renameSync,
  statSync,
  truncateSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openAudit } from "./audit.ts";
import { brokenAt, hashLine } from "./audit-chain.ts";
import { NotPrivateError } from "./store/durable.ts";
import { temporaryFolder } from "./testing/harness.ts";

let folder: ReturnType<typeof temporaryFolder>;
let path: string;
beforeEach(() => {
  folder = temporaryFolder();
  path = join(folder.path, "audit.log");
});
afterEach(() => {
  folder.remove();
});

const entry = (key: string) => ({ operation: "encrypt", key, accessor: "a1", status: 200 });
const text = () => readFileSync(path, "utf8");
const lines = () => text().trimEnd().split("\n");

/** A log of several starts. */
function write(starts: number, perStart: number): void {
  for (let start = 0; start < starts; start += 1) {
    const audit = openAudit(path);
    for (let line = 0; line < perStart; line += 1) audit.write(entry(`k${line}`), line % 2 === 0);
    audit.close();
  }
}

describe("the audit log", () => {
  it("chains its lines over restarts, for its owner alone", () => {
    write(3, 4);
    expect(lines()).toHaveLength(3 * (4 + 2));
    expect(brokenAt(text(), "".padEnd(64, "0"))).toBeNull();
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it("shows a line that was changed, taken out or put in elsewhere", () => {
    write(1, 6);
    const all = lines();
    const join_ = (some: readonly string[]) => `${some.join("\n")}\n`;
    const changed = all.with(3, (all[3] ?? "").replace('"status":200', '"status":403'));
    expect(brokenAt(join_(changed))).toBe(5);
    expect(brokenAt(join_(all.toSpliced(3, 1)))).toBe(4);
    expect(brokenAt(join_(all.toSpliced(2, 2, all[3] ?? "", all[2] ?? "")))).toBe(3);
    expect(brokenAt(join_(all.with(3, "not a line")))).toBe(5);
  });

  it("does not show that its end was cut off, unless the last hash is known", () => {
    write(1, 6);
    const cut = lines().slice(0, -2);
    expect(brokenAt(`${cut.join("\n")}\n`)).toBeNull();
    expect(hashLine(cut.at(-1) ?? "")).not.toBe(hashLine(lines().at(-1) ?? ""));
  });

  it("goes on after half a line, which stays as it is", () => {
    write(1, 2);
    truncateSync(path, statSync(path).size - 20);
    const torn = text();
    write(1, 2);
    expect(text().startsWith(`${torn}\n`)).toBe(true);
    expect(brokenAt(text())).toBeNull();
  });

  it("goes on in a new file when the old one is moved away", () => {
    const audit = openAudit(path);
    audit.write(entry("before"), false);
    renameSync(path, `${path}.1`);
    audit.reopen();
    audit.write(entry("after"), false);
    audit.close();
    const old = readFileSync(`${path}.1`, "utf8");
    expect(old).toContain("before");
    expect(brokenAt(old + text())).toBeNull();
    expect(brokenAt(text(), hashLine(old.trimEnd().split("\n").at(-1) ?? ""))).toBeNull();
  });

  it("is not opened where others may read it", () => {
    appendFileSync(path, "");
    chmodSync(path, 0o644);
    expect(() => openAudit(path)).toThrow(NotPrivateError);
  });
});

import {
  closeSync,
  fdatasync,
  fdatasyncSync,
  fstatSync,
  openSync,
  readSync,
  writeSync,
} from "node:fs";
import { genesis, hashLine } from "./audit-chain.ts";
import { describeError, log } from "./log.ts";
import { assertPrivate } from "./store/durable.ts";

/** What the log says of one request. Names, codes and counts: nothing a client sent as a value. */
export type AuditEntry = {
  readonly operation: string;
  readonly key: string | null;
  readonly accessor: string | null;
  readonly status: number;
  /** Of a batch, how many items it had. */
  readonly items?: number;
};

/** The key server's own record of who used which key. */
export type Audit = {
  /**
   * Appends a line. When it returns the line is with the kernel, so it outlives this process;
   * `durably` waits for the disk, so that it outlives the machine.
   * @throws when it cannot be written: then the request must fail.
   */
  write(entry: AuditEntry, durably: boolean): void;
  /** Opens the file again, after the old one was moved away. The chain goes on in the new one. */
  reopen(): void;
  close(): void;
};

/** Lines that nobody waits for go to the disk this often, in milliseconds. */
const syncEvery = 1000;

/** Longest line ever written, with room to spare: names are bounded. */
const longestLine = 4096;

/**
 * Opens the log for appending, mode 0600. Each line carries the SHA-256 of the line before it, so
 * one that is changed or taken out breaks the chain (see `brokenAt`). Cutting off the end goes
 * unnoticed unless the last hash is kept elsewhere too.
 */
export function openAudit(path: string): Audit {
  let file = openLog(path);
  let previous = hashOfLastLine(file);
  let dirty = false;
  let torn = false;

  const append = (entry: object) => {
    if (torn) {
      endTornLine(file);
      previous = hashOfLastLine(file);
    }
    const line = JSON.stringify({ time: new Date().toISOString(), ...entry, previous });
    const bytes = Buffer.from(`${line}\n`);
    torn = true;
    if (writeSync(file, bytes) !== bytes.length) throw new Error("the audit log is full");
    torn = false;
    previous = hashLine(line);
    dirty = true;
  };

  append({ event: "opened" });
  const timer = setInterval(() => {
    if (!dirty || !isPlainFile(file)) return;
    dirty = false;
    fdatasync(file, (error) => {
      if (error === null) return;
      dirty = true;
      log("audit.sync-failed", describeError(error));
    });
  }, syncEvery);
  timer.unref();

  return {
    write: (entry, durably) => {
      append(entry);
      if (durably) sync(file);
    },
    reopen: () => {
      sync(file);
      closeSync(file);
      file = openLog(path);
      append({ event: "opened" });
    },
    close: () => {
      clearInterval(timer);
      append({ event: "closed" });
      sync(file);
      closeSync(file);
    },
  };
}

function openLog(path: string): number {
  const file = openSync(path, "a+", 0o600);
  // A device or pipe, such as /dev/stdout, is somebody else's to protect and to keep.
  if (isPlainFile(file)) {
    assertPrivate(path);
    endTornLine(file);
  }
  return file;
}

function sync(file: number): void {
  if (isPlainFile(file)) fdatasyncSync(file);
}

function isPlainFile(file: number): boolean {
  return fstatSync(file).isFile();
}

/** A power failure or a full disk can leave half a line. It stays as it is, on a line of its own. */
function endTornLine(file: number): void {
  const tail = readTail(file);
  if (tail !== "" && !tail.endsWith("\n")) writeSync(file, "\n");
}

function hashOfLastLine(file: number): string {
  const last = readTail(file).split("\n").at(-2);
  return last === undefined ? genesis : hashLine(last);
}

function readTail(file: number): string {
  if (!isPlainFile(file)) return "";
  const { size } = fstatSync(file);
  const tail = Buffer.alloc(Math.min(size, longestLine));
  readSync(file, tail, 0, tail.length, size - tail.length);
  return tail.toString("utf8");
}

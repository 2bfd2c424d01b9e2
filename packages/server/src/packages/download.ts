import { EventEmitter, once } from "node:events";
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { sha256, sha256OfFile } from "../hash.ts";
import type { Log } from "../log.ts";
import { Problem } from "../problem.ts";
import { SourceError } from "./source-error.ts";
import type { Attempt, Bytes, WantedFile } from "./sources.ts";
import type { Incoming, Store } from "./store.ts";

/** No file may be longer than this, whatever a package index says of its size. */
const maxSize = 128 * 1024 * 1024;

/** The bytes came, but they are not those of the lock. */
class WrongBytes extends Error {}

/**
 * One file on its way into the store, and any number of readers beside it.
 *
 * Readers get bytes while they come, before their checksum can be known, so each reader's last byte
 * is held back until it is: a reader's clean end means that every byte was right.
 */
export class Download {
  /** Settles when the first source began to answer; rejects with a Problem when none does. */
  readonly opened: Promise<void>;
  /** Settles when the file is in the store; rejects with a Problem when it cannot be had. */
  readonly finished: Promise<void>;

  readonly #wanted: WantedFile;
  readonly #store: Store;
  readonly #log: Log;
  readonly #news = new EventEmitter().setMaxListeners(0);
  /** The first attempt that delivered; readers follow it while it lasts. */
  #first: { path: string; written: number; lasts: boolean } | undefined;

  /** The work begins at once. */
  constructor(wanted: WantedFile, attempts: readonly Attempt[], store: Store, log: Log) {
    this.#wanted = wanted;
    this.#store = store;
    this.#log = log;
    const opened = Promise.withResolvers<undefined>();
    this.opened = opened.promise;
    this.finished = this.#run(attempts, () => {
      opened.resolve(undefined);
    });
    this.finished.catch(opened.reject);
    // Readers and callers hear of it; nobody may be listening yet.
    this.opened.catch(() => undefined);
  }

  async #run(attempts: readonly Attempt[], onOpen: () => void): Promise<void> {
    const { file, sha256: sum, size = 0 } = this.#wanted;
    if (size > maxSize) {
      this.#log.warn({ file, sha256: sum, size }, "a package file is too large to be fetched");
      throw new Problem("package_unavailable");
    }
    let corrupt = false;
    for (const attempt of attempts) {
      try {
        const bytes = await attempt.open();
        await this.#receive(bytes, onOpen);
        return;
      } catch (error) {
        const expected =
          error instanceof SourceError || error instanceof WrongBytes || error instanceof Problem;
        if (!expected) throw error;
        corrupt ||= error instanceof WrongBytes;
        const level = error instanceof WrongBytes ? "warn" : "debug";
        this.#log[level](
          { file, sha256: sum, source: attempt.name, reason: error.message },
          "source failed",
        );
      }
    }
    throw new Problem(corrupt ? "package_corrupt" : "package_unavailable");
  }

  async #receive(bytes: Bytes, onOpen: () => void): Promise<void> {
    const incoming = await this.#store.receive();
    const follow = { path: incoming.path, written: 0, lasts: true };
    const isFirst = this.#first === undefined;
    if (isFirst) this.#first = follow;
    try {
      const sum = await this.#copy(bytes, incoming, (written) => {
        follow.written = written;
        if (isFirst) onOpen();
        this.#news.emit("news");
      });
      if (sum !== this.#wanted.sha256) throw new WrongBytes("the bytes do not match the checksum");
      await this.#store.keep(incoming, sum);
    } catch (error) {
      await this.#store.drop(incoming);
      throw error;
    } finally {
      follow.lasts = false;
      this.#news.emit("news");
    }
  }

  async #copy(bytes: Bytes, { handle }: Incoming, onBytes: (written: number) => void) {
    const hash = sha256();
    let written = 0;
    for await (const chunk of sourceErrorsOf(bytes)) {
      if (written + chunk.length > (this.#wanted.size ?? maxSize)) throw new WrongBytes("too long");
      await handle.writeFile(chunk);
      hash.update(chunk);
      written += chunk.length;
      onBytes(written);
    }
    if (written < (this.#wanted.size ?? 0)) throw new SourceError("it ended too early");
    return hash.digest("hex");
  }

  /** The file's bytes from the start. Fails, and never ends, when they turn out to be wrong. */
  async *read(): AsyncGenerator<Uint8Array, void> {
    const hash = sha256();
    let at = 0;
    for await (const part of this.#follow()) {
      hash.update(part);
      at += part.length;
      yield part;
    }
    await this.finished;
    const path = this.#store.path(this.#wanted.sha256);
    // Another source may have finished what the first began: what was handed out must be the same.
    if ((await sha256OfFile(path, at)) !== hash.digest("hex")) throw new Problem("package_corrupt");
    yield* createReadStream(path, { start: at }) as AsyncIterable<Uint8Array>;
  }

  /** What the first source delivers, while it does, but for the last byte. */
  async *#follow(): AsyncGenerator<Uint8Array, void> {
    const first = this.#first;
    if (first === undefined) return;
    // It may just have got its final name, or have been thrown away: then there is nothing to follow.
    const handle = await open(first.path, "r").catch(() => undefined);
    if (handle === undefined) return;
    try {
      let at = 0;
      while (first.lasts) {
        const ready = first.written - 1 - at;
        if (ready <= 0) {
          await once(this.#news, "news");
          continue;
        }
        const buffer = new Uint8Array(Math.min(ready, 256 * 1024));
        const { bytesRead } = await handle.read({ buffer, position: at });
        at += bytesRead;
        yield buffer.subarray(0, bytesRead);
      }
    } finally {
      await handle.close();
    }
  }
}

/** A damaged zip member and the like are failures of the source, not of the server. */
async function* sourceErrorsOf(bytes: Bytes): AsyncGenerator<Uint8Array, void> {
  try {
    yield* bytes;
  } catch (error) {
    if (error instanceof SourceError) throw error;
    throw new SourceError(error instanceof Error ? error.message : "it failed", { cause: error });
  }
}

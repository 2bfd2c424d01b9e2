import { randomBytes } from "node:crypto";

export const dekIdLength = 16;
const dekLength = 32;

/**
 * A data-encryption key (DEK) and its id. Secret material.
 *
 * The bytes are private to the object, so neither printing, JSON nor a structured clone shows them.
 * {@link DataKey.wipe} zeroes them; from then on every use throws, so that a record can never be
 * made under a key of zeroes.
 */
export class DataKey {
  readonly #id: Uint8Array;
  readonly #bytes: Uint8Array;
  #isWiped = false;

  /**
   * @param id - 16 bytes, not secret. Copied.
   * @param bytes - 32 bytes. Taken over, not copied: they are zeroed when the key is wiped.
   * @throws RangeError when either has another length.
   */
  constructor(id: Uint8Array, bytes: Uint8Array) {
    if (id.length !== dekIdLength || bytes.length !== dekLength) {
      throw new RangeError("a data key has an id of 16 bytes and 32 bytes of key");
    }
    this.#id = Uint8Array.from(id);
    this.#bytes = bytes;
  }

  /** A copy of the id. */
  get id(): Uint8Array {
    return Uint8Array.from(this.#id);
  }

  get isWiped(): boolean {
    return this.#isWiped;
  }

  /**
   * Lends the key's bytes to `work`, which must neither keep nor change them.
   * @throws Error when the key was wiped.
   */
  lend<T>(work: (bytes: Uint8Array) => T): T {
    if (this.#isWiped) throw new Error("the data key was wiped");
    return work(this.#bytes);
  }

  /** Zeroes the bytes. Can be repeated. */
  wipe(): void {
    this.#isWiped = true;
    this.#bytes.fill(0);
  }
}

/** Makes a data key of 256 random bits, with a random id. Secret material; the caller wipes it. */
export function createDek(): DataKey {
  return new DataKey(randomBytes(dekIdLength), randomBytes(dekLength));
}

import type { KeyObject } from "node:crypto";
import { boxOverhead, openBox, sealBox } from "../crypto/aead.ts";
import { deriveKey } from "../crypto/derive.ts";

const magic = Buffer.from("PFKEYS", "ascii");
const version = 1;
const headerLength = magic.length + 1 + 8;

/** A key store that does not open. It says what is wrong as far as that can be told. */
export class StoreError extends Error {
  override readonly name = "StoreError";
}

/**
 * The file that holds the keys: `magic 6 | version 1 | generation 8 | nonce 12 | ciphertext | tag 16`.
 * The header is associated data, so neither version nor generation can be changed without the root key.
 */
export function sealFile(rootKey: KeyObject, generation: number, content: Uint8Array): Buffer {
  const header = Buffer.alloc(headerLength);
  magic.copy(header);
  header.writeUInt8(version, magic.length);
  header.writeBigUInt64BE(BigInt(generation), magic.length + 1);
  return Buffer.concat([header, sealBox(fileKey(rootKey), content, header)]);
}

/**
 * Opens what {@link sealFile} made.
 * @returns its generation and content; the content is secret material.
 * @throws StoreError for anything that is not a whole, authentic file of a known version.
 */
export function openFile(
  rootKey: KeyObject,
  file: Uint8Array,
): { readonly generation: number; readonly content: Buffer } {
  const header = Buffer.from(file.subarray(0, headerLength));
  if (file.length < headerLength + boxOverhead || !header.subarray(0, magic.length).equals(magic)) {
    throw new StoreError("the key store is truncated or not a key store");
  }
  if (header.readUInt8(magic.length) !== version) {
    throw new StoreError("the key store has a format that this version does not know");
  }
  const content = openBox(fileKey(rootKey), file.subarray(headerLength), header);
  if (content === null) {
    throw new StoreError("the key store does not open: wrong root key, or the file was changed");
  }
  return { generation: Number(header.readBigUInt64BE(magic.length + 1)), content };
}

function fileKey(rootKey: KeyObject): KeyObject {
  return deriveKey(rootKey, "portafilter/keyserver/store/v1");
}

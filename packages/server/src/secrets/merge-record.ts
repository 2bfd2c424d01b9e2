import { type DataKey, decrypt, encrypt } from "@portafilter/envelope";
import { api, loadsText } from "@portafilter/protocol";
import type * as z from "zod/mini";
import { sha256 } from "../hash.ts";
import { Problem } from "../problem.ts";
import { Damaged } from "./damaged.ts";

type Merge = z.infer<typeof api.merge>;

/**
 * What a merge asked and what it was answered, as two digests under the user's data key: in clear, the
 * first would let whoever reads the database try values.
 */
export function sealMerge(key: DataKey, userId: string, merge: Merge, answer: string): Uint8Array {
  return encrypt(key, context(userId, merge.mergeId), digests(merge, answer));
}

/**
 * The answer that this very merge was given before.
 * @throws Problem `bad_request` when another content came under its id before; EnvelopeError or Damaged
 * when the answer is not the one that was given.
 */
export function openMerge(
  key: DataKey,
  userId: string,
  merge: Merge,
  stored: Readonly<{ record: Uint8Array; answer: string }>,
): api.MergeAnswer {
  const sealed = decrypt(key, context(userId, merge.mergeId), stored.record);
  const expected = digests(merge, stored.answer);
  const [asked, answered] = [sealed.subarray(0, 32), sealed.subarray(32)];
  if (Buffer.compare(answered, expected.subarray(32)) !== 0) {
    throw new Damaged("the answer to a merge was changed");
  }
  if (Buffer.compare(asked, expected.subarray(0, 32)) !== 0) throw new Problem("bad_request");
  return api.mergeAnswer.parse(JSON.parse(stored.answer));
}

function context(userId: string, mergeId: string) {
  return { userId, secretId: "merge", secretName: mergeId, secretVersion: 1 };
}

/** The order in which the tab lists things says nothing. */
function digests({ secrets, grants }: Merge, answer: string): Uint8Array {
  const asked = [
    secrets.map(({ name, value }) => JSON.stringify([name, value])).toSorted(),
    grants.map(({ app, name, loads }) => JSON.stringify([app, name, loadsText(loads)])).toSorted(),
  ];
  return Buffer.concat([digest(JSON.stringify(asked)), digest(answer)]);
}

function digest(text: string): Uint8Array {
  return sha256().update(text).digest();
}

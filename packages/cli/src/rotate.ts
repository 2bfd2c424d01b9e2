import {
  createLog,
  keyServerFailure,
  type Rewrapped,
  readRewrapConfig,
  runRewrapping,
} from "@portafilter/server";
import { needDatabase } from "./data-folder.ts";
import { Fatal } from "./fatal.ts";

/** Every so many keys it is told how far it got. */
const told = 10_000;

/**
 * Wraps the data keys of all accounts under the latest version of the key-encryption key. With PostgreSQL it
 * works beside servers; PGlite belongs to one process, so there the app server must be stopped first.
 * @returns the exit code: 1 when some were left as they were.
 */
export async function rotate(
  say: (line: string) => void,
  note: (line: string) => void,
): Promise<number> {
  const config = readRewrapConfig();
  await needDatabase(config.database);
  let next = told;
  const onBatch = (count: number) => {
    if (count < next) return;
    note(`Looked at ${count} …`);
    next += told;
  };
  const done = await runRewrapping(config, createLog("error"), onBatch).catch((error: unknown) => {
    const why = keyServerFailure(error);
    if (why === undefined) throw error;
    throw new Fatal(
      `The key server could not do it (${why}). What was wrapped by then stays; call this again.`,
    );
  });
  return tell(done, say);
}

function tell(done: Rewrapped, say: (line: string) => void): number {
  const { version, anew, already, moved, left, leftOf } = done;
  say(`Wrapped anew under version ${version}: ${anew}. Under it already: ${already}.`);
  if (moved > 0) say(`Changed by somebody else meanwhile: ${moved}. Call this again.`);
  if (left === 0) return moved > 0 ? 1 : 0;
  say(
    `Left as they were, because what came back is not their key: ${left}. Do not retire older versions.`,
  );
  for (const userId of leftOf) say(`Account ${JSON.stringify(userId)}`);
  return 1;
}

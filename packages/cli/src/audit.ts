import { createLog, readVerifyConfig, runVerification } from "@portafilter/server";
import { needDatabase } from "./data-folder.ts";
import { Fatal } from "./fatal.ts";

/**
 * Verifies every account's audit list. Tells each one that is broken, and a summary.
 * @returns the exit code: 1 when something is broken.
 */
export async function verifyAudit(
  anchorFile: string | undefined,
  say: (line: string) => void,
): Promise<number> {
  const config = await readVerifyConfig();
  await needDatabase(config.database);
  const log = createLog("error");
  const outcome = await runVerification(config, anchorFile, log).catch((error: unknown) => {
    const isAnchor = error instanceof Error && error.name === "AnchorError";
    throw isAnchor ? new Fatal(error.message) : error;
  });
  const { findings, chains, entries, hadAnchor, anchorFile: file } = outcome;
  for (const { userId, seq, what } of findings) {
    say(`Account ${JSON.stringify(userId)}, entry ${seq}: ${what}.`);
  }
  const sum = `${count(entries, "entry", "entries")} of ${count(chains, "account", "accounts")}`;
  if (findings.length > 0) {
    const broken = new Set(findings.map(({ userId }) => userId)).size;
    say(`Broken: ${count(broken, "list", "lists")}. Looked at ${sum}. ${file} was left as it is.`);
    return 1;
  }
  const compared = hadAnchor
    ? `, compared with ${file}.`
    : `. There was no earlier state to compare with; it is now in ${file}.`;
  say(`All is as it was written: ${sum}${compared}`);
  return 0;
}

function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}

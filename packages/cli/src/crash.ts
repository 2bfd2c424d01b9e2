import { describeError, log } from "@portafilter/keyserver";
import { lineForPeople } from "./fatal.ts";

/** Writes down what ended the process, without anything that it may quote. */
let tell = (error: unknown): void => {
  log("crashed", describeError(error));
};

/** Has it written to the app server's log, which the key server's process must not load. */
export async function crashIntoServerLog(): Promise<void> {
  const { createLog } = await import("@portafilter/server");
  // Whatever LOG_LEVEL is: a process that ends says why.
  const serverLog = createLog("error");
  tell = (error) => {
    serverLog.error({ err: error }, "crashed");
  };
}

/**
 * Ends the process with one line: the message of what a person can mend, and of all else what a log may
 * hold. Node itself would print messages, causes and all that an error carries, such as a row's values.
 */
export function endWith(error: unknown): never {
  try {
    const line = lineForPeople(error);
    if (line === undefined) tell(error);
    else console.error(line);
  } finally {
    // Also where nobody reads standard error any more.
    process.exit(process.exitCode ?? 1);
  }
}

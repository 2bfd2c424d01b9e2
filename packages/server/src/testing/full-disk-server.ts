import { openAccountParts } from "../account-parts.ts";
import { fromOwnPage } from "../http/testing/api.ts";
import { createLog } from "../log.ts";
import { testSettings } from "./assembled.ts";
import { platform } from "./server.ts";

/**
 * Everything that hangs on accounts, as `serve` has it, on the PGlite in the folder named by its argument.
 * Asks to create accounts until one request is refused, tells how and what comes after it, and stops.
 */
const say = (line: string) => process.stdout.write(`${line}\n`);
const nothing = () => undefined;
const parts = await openAccountParts(
  { ...testSettings, database: { kind: "pglite", folder: process.argv[2] ?? "" } },
  "/nowhere",
  {
    log: createLog("silent"),
    metrics: { keyServerFailure: nothing, auditBatch: nothing, watchPool: nothing },
    platformOrigin: platform,
    trustedProxies: 0,
  },
);
async function ask(method: string, path: string, body?: object) {
  const answer = await parts.api().fetch(
    new Request(`${platform}/api/v1/${path}`, {
      method,
      headers: { ...fromOwnPage, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
    {},
  );
  const { error } = (await answer.json()) as { error?: { code: string } };
  return error?.code ?? `${answer.status}`;
}
say(`before: ${await ask("GET", "session")}`);
const ada = { email: "ada@portafilter.test", password: "correct horse battery" };
say(`sign-up: ${await ask("POST", "account/sign-up", ada)}`);
say(`again: ${await ask("POST", "account/sign-up", ada)}`);
say(`database: ${(await parts.readiness()).database}`);
say((await parts.ended).message);
parts.endStreams();
await parts.close();
say("closed");
process.exit();

import type { Log } from "../log.ts";
import { createBreaker } from "./breaker.ts";
import type { KeyClientConfig } from "./config.ts";
import { createDataKeyCache } from "./data-key-cache.ts";
import { createDataKeys, type DataKeys } from "./data-keys.ts";
import { type KeyFailure, KeyServerError } from "./failure.ts";
import { createQueue } from "./queue.ts";
import { type Call, createTransit, type Transit } from "./transit.ts";
import { createTransport } from "./transport.ts";

/** The app server's way to the key server. */
export type KeyClient = {
  readonly dataKeys: DataKeys;
  /** For rotation: what is done to wrapped keys without opening them. */
  readonly transit: Transit;
  /** Forgets every key and closes the connections. */
  close(): void;
};

/** What holds unless a test says otherwise. Times are milliseconds. */
export const keyClientDefaults = {
  atOnce: 16,
  waiting: 200,
  /** Failures in a row after which the key server is left alone, and for how long. */
  failures: 5,
  rest: 2_000,
  /** Data keys in memory: how many, and how long. */
  keys: 10_000,
  age: 5 * 60 * 1_000,
  now: () => performance.now(),
};
export type KeyClientOptions = Readonly<typeof keyClientDefaults> &
  Readonly<{
    /** Told of every call that failed, those that were never sent included. */
    onFailure?: (reason: KeyFailure) => void;
  }>;

/** Connects to the key server, which need not be there yet. */
export function createKeyClient(
  config: KeyClientConfig,
  log: Pick<Log, "info" | "warn">,
  options: KeyClientOptions = keyClientDefaults,
): KeyClient {
  const transport = createTransport(config, options.atOnce);
  const queue = createQueue(options);
  const breaker = createBreaker({
    ...options,
    onChange: (isOpen) => {
      if (isOpen) log.warn("the key server fails and is left alone for a moment");
      else log.info("the key server works again");
    },
  });

  const call: Call = async ({ body, ...request }, read) => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    try {
      const exchange = { ...request, headers: headersOf(config), body: text };
      return await queue.run(request.deadline, () =>
        breaker.run(async () => read(await transport.send(exchange))),
      );
    } catch (error) {
      if (error instanceof KeyServerError) {
        options.onFailure?.(error.reason);
        report(error, log);
      }
      throw error;
    }
  };
  const transit = createTransit({ ...config, call });
  const cache = createDataKeyCache(options);
  const dataKeys = createDataKeys(transit, cache);
  return {
    dataKeys,
    transit,
    close: () => {
      dataKeys.dropAll();
      transport.close();
    },
  };
}

/** Once for each call that failed; not for those that were never sent, of which there may be many. */
function report(error: KeyServerError, log: Pick<Log, "warn">): void {
  const { reason, status, cause } = error;
  if (reason === "resting" || reason === "busy") return;
  const why = cause instanceof Error ? cause.message : undefined;
  log.warn({ reason, status, why }, "the key server did not do what it was asked for");
}

function headersOf({ token, namespace }: KeyClientConfig): Record<string, string> {
  return {
    "X-Vault-Request": "true",
    "X-Vault-Token": readToken(token),
    "Content-Type": "application/json",
    ...(namespace === undefined ? {} : { "X-Vault-Namespace": namespace }),
  };
}

function readToken(token: () => string): string {
  try {
    return token();
  } catch (error) {
    throw new KeyServerError("denied", { cause: error });
  }
}

import { inspect } from "node:util";
import { type DataKey, encrypt } from "@portafilter/envelope";
import type { KeyClientConfig } from "../config.ts";
import { KeyServerError } from "../failure.ts";
import {
  createKeyClient,
  type KeyClient,
  type KeyClientOptions,
  keyClientDefaults,
} from "../key-client.ts";

/** Recognisable secrets: no error, log line or printed object may contain them. */
export const canary = {
  token: "pfk.canary-token-9f31",
  key: new Uint8Array(32).fill(0xc5),
} as const;
const traces = [canary.token, "xcXFxc", "c5c5", "c5 c5", "197, 197"];

/** Whether anything of a secret can be seen in a value that is printed to its depth. */
export function showsSecret(value: unknown): boolean {
  const seen = inspect(value, { depth: null, showHidden: true }) + JSON.stringify(value);
  return traces.some((trace) => seen.includes(trace));
}

/** A client, what it logged, and a clock that moves when the test says so. */
export type ClientForTest = KeyClient & {
  readonly logged: unknown[][];
  readonly advance: (milliseconds: number) => void;
};

export function clientFor(
  origin: string,
  config: Partial<KeyClientConfig> = {},
  options: Partial<KeyClientOptions> = {},
): ClientForTest {
  const logged: unknown[][] = [];
  const log = (...line: unknown[]) => {
    logged.push(line);
  };
  let clock = 0;
  const whole: KeyClientConfig = {
    origin,
    ca: undefined,
    client: undefined,
    token: () => canary.token,
    namespace: undefined,
    mount: "transit",
    key: "portafilter",
    timeout: 15_000,
    ...config,
  };
  const client = createKeyClient(
    whole,
    { info: log, warn: log },
    { ...keyClientDefaults, now: () => clock, ...options },
  );
  return { ...client, logged, advance: (milliseconds) => (clock += milliseconds) };
}

/** A first record for a new key, where it does not matter which. */
export function sealAnything(key: DataKey): Uint8Array {
  const context = { userId: "ann", secretId: "s", secretName: "N", secretVersion: 1 };
  return encrypt(key, context, Uint8Array.of(1));
}

/** The key server's failure that a promise ends with; anything else fails the test. */
export async function failureOf(promise: Promise<unknown>): Promise<KeyServerError> {
  const outcome = await promise.then(
    () => "it worked",
    (error: unknown) => error,
  );
  if (outcome instanceof KeyServerError) return outcome;
  throw new Error(`not a failure of the key server: ${inspect(outcome)}`);
}

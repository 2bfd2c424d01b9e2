import { Client } from "pg";
import type { Log } from "../log.ts";
import type { PostgresConfig } from "./config.ts";
import { clientConfig } from "./postgres-pool.ts";
import { plainName } from "./values.ts";

/** Milliseconds between two looks at a connection that nothing came over, and until it must answer. */
const checkEvery = 10_000;
const answerWithin = 5_000;
const pauses = [100, 200, 500, 1_000, 2_000];

type Listener = Readonly<{ on: (payload: string) => void; onLost: () => void }>;

/**
 * Listens on one channel over a connection of its own, and again after it broke. Resolves when it
 * listens for the first time.
 * @returns what ends it.
 * @throws pg's error when the first connection fails.
 */
export async function listenOn(
  config: PostgresConfig,
  channel: string,
  { on, onLost }: Listener,
  log: Log,
): Promise<() => Promise<void>> {
  const broken = new WeakSet<Client>();
  const end = new AbortController();
  let wake: () => void = () => undefined;
  let client = await connect();
  const running = keep();
  return async () => {
    end.abort();
    wake();
    // First the one that waits for a statement; then the one that may have been made in the meantime.
    await client.end().catch(() => undefined);
    await running;
    await client.end().catch(() => undefined);
  };

  // A function, since what it tells changes while others wait.
  function isEnded(): boolean {
    return end.signal.aborted;
  }

  async function keep(): Promise<void> {
    for (;;) {
      await untilBroken(client);
      if (isEnded()) return;
      log.warn("the database's notifications are interrupted");
      onLost();
      await again();
      if (isEnded()) return;
      log.warn("the database's notifications are back");
      onLost();
    }
  }

  async function again(): Promise<void> {
    for (let tries = 0; !isEnded(); tries += 1) {
      try {
        client = await connect();
        return;
      } catch (error) {
        log.debug({ err: error }, "the database does not notify yet");
        await sleep(pauses[tries] ?? 2_000);
      }
    }
  }

  async function connect(): Promise<Client> {
    const next = new Client({ ...clientConfig(config), query_timeout: answerWithin });
    // An error is followed by `end`, which is what is waited for.
    next.on("error", () => undefined);
    next.on("notification", ({ payload }) => {
      on(payload ?? "");
    });
    try {
      await next.connect();
      await next.query(`listen ${plainName(channel)}`);
    } catch (error) {
      void next.end().catch(() => undefined);
      throw error;
    }
    // Not before: the end of an attempt that failed would cut the pause after it short.
    next.once("end", () => {
      broken.add(next);
      wake();
    });
    return next;
  }

  /** A connection may break without a sign of it, so it is asked now and then. */
  async function untilBroken(current: Client): Promise<void> {
    while (!broken.has(current) && !isEnded()) {
      await sleep(checkEvery);
      if (broken.has(current) || isEnded()) return;
      await current.query("select 1").catch(() => broken.add(current));
    }
    void current.end().catch(() => undefined);
  }

  function sleep(time: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, time);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

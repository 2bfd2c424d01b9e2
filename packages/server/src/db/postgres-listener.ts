import { Socket } from "node:net";
import { Client } from "pg";
import type { Log } from "../log.ts";
import type { PostgresConfig } from "./config.ts";
import { clientConfig } from "./postgres-pool.ts";
import { plainName } from "./values.ts";

/** Milliseconds between two looks at a connection that nothing came over, and until it must answer. */
const checkEvery = 10_000;
const answerWithin = 5_000;
const pauses = [100, 200, 500, 1_000, 2_000];
/** Milliseconds for which a goodbye may stay without an answer. */
const farewell = 1_000;

type Listener = Readonly<{ on: (payload: string) => void; onLost: () => void }>;
type Connection = Readonly<{ client: Client; socket: Socket }>;

/**
 * Listens on one channel over a connection of its own, and again after it broke. Resolves when it
 * listens for the first time.
 * @returns what ends it, which waits for no server that does not answer.
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
  let current = await connect();
  const running = keep();
  return async () => {
    end.abort();
    wake();
    // First the one that waits for a statement; then the one that may have been made in the meantime.
    await close(current);
    await running;
    await close(current);
  };

  // A function, since what it tells changes while others wait.
  function isEnded(): boolean {
    return end.signal.aborted;
  }

  async function keep(): Promise<void> {
    for (;;) {
      await untilBroken(current);
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
        current = await connect();
        return;
      } catch (error) {
        if (isEnded()) return;
        log.debug({ err: error }, "the database does not notify yet");
        await sleep(pauses[tries] ?? 2_000);
      }
    }
  }

  async function connect(): Promise<Connection> {
    const socket = new Socket();
    const client = new Client({
      ...clientConfig(config),
      query_timeout: answerWithin,
      stream: () => socket,
    });
    // An error is followed by `end`, which is what is waited for.
    client.on("error", () => undefined);
    client.on("notification", ({ payload }) => {
      on(payload ?? "");
    });
    // `client.end` would wait for the connection to be made, and leave who waits for it waiting.
    const giveUp = () => {
      socket.destroy();
    };
    end.signal.addEventListener("abort", giveUp);
    try {
      await client.connect();
      await client.query(`listen ${plainName(channel)}`);
    } catch (error) {
      giveUp();
      throw error;
    } finally {
      end.signal.removeEventListener("abort", giveUp);
    }
    // Not before: the end of an attempt that failed would cut the pause after it short.
    client.once("end", () => {
      broken.add(client);
      wake();
    });
    return { client, socket };
  }

  /** A connection may break without a sign of it, so it is asked now and then. */
  async function untilBroken(connection: Connection): Promise<void> {
    const { client } = connection;
    while (!broken.has(client) && !isEnded()) {
      await sleep(checkEvery);
      if (broken.has(client) || isEnded()) break;
      await client.query("select 1").catch(() => broken.add(client));
    }
    void close(connection);
  }

  async function close({ client, socket }: Connection): Promise<void> {
    const timer = setTimeout(() => socket.destroy(), farewell);
    await client.end();
    clearTimeout(timer);
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

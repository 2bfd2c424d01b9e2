import { startRealKeyServer } from "../../packages/server/src/keys/testing/real-key-server.ts";
import { type ServerApart, startApart } from "../harness/apart.ts";

/** Something that can be killed without a word, and started again where it was. */
export type Victim = Readonly<{
  name: string;
  kill: () => Promise<unknown>;
  start: () => Promise<unknown>;
}>;

/** App server, key server and PostgreSQL, as processes that production has, too. */
export type Servers = Pick<ServerApart, "origin" | "command" | "stop"> &
  Readonly<{
    /** Removed at the end. */
    folder: string;
    victims: readonly Victim[];
  }>;

export async function startServers(): Promise<Servers> {
  const keys = await startRealKeyServer();
  // Node's fetch knows `localhost`, and not the names below it.
  const app = await startApart({ keys, durable: true, env: { PLATFORM_HOST: "localhost" } });
  const { origin, command, postgres } = app;
  return {
    origin,
    command,
    folder: keys.folder,
    victims: [
      { name: "app server", kill: app.kill, start: app.start },
      { name: "key server", kill: keys.kill, start: keys.restart },
      { name: "PostgreSQL", kill: postgres.kill, start: postgres.start },
    ],
    async stop() {
      await app.stop();
      await keys.remove();
    },
  };
}

import { afterAll, beforeAll } from "vitest";
import {
  type RealKeyServer,
  startRealKeyServer,
} from "../../packages/server/src/keys/testing/real-key-server.ts";
import { type ServerApart, startApart } from "./apart.ts";

/** An app server and a key server for the tests of one file, which may end and restart either. */
export function useApart(): Readonly<{ keys: RealKeyServer; server: ServerApart }> {
  let keys: RealKeyServer | undefined;
  let server: ServerApart | undefined;
  beforeAll(async () => {
    keys = await startRealKeyServer();
    server = await startApart({ keys });
  });
  afterAll(async () => {
    await server?.stop();
    await keys?.remove();
  });
  const started = <T>(one: T | undefined): T => {
    if (one === undefined) throw new Error("The servers have not been started.");
    return one;
  };
  return {
    get keys() {
      return started(keys);
    },
    get server() {
      return started(server);
    },
  };
}

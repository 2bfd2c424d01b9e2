import { readKeyServerConfig } from "../config.ts";
import { startKeyServer } from "../key-server.ts";

// A key server as a process of its own, for tests that kill it. Says where it answers.
const server = await startKeyServer(readKeyServerConfig());
console.log(server.address);
process.once("SIGTERM", () => {
  void server.close().then(() => process.exit(0));
});

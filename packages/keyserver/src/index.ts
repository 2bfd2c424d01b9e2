export { ConfigError, type KeyServerConfig, readKeyServerConfig } from "./config.ts";
export { type KeyServer, type StartOptions, startKeyServer } from "./key-server.ts";
export { startFailure } from "./start-failure.ts";
export { type UnsealOutcome, unsealThroughSocket } from "./unseal-client.ts";

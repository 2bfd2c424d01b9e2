export { ConfigError, type KeyServerConfig, readKeyServerConfig } from "./config.ts";
export { type KeyServer, type StartOptions, startKeyServer } from "./key-server.ts";
export { describeError, log } from "./log.ts";
export { type Outcome, renewOperatorToken, unsealThroughSocket } from "./socket-client.ts";
export { startFailure } from "./start-failure.ts";

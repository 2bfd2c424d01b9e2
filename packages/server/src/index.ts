export { type AccountParts, openAccountParts, withoutAccounts } from "./account-parts.ts";
export { isNoEmail, makeResetLink } from "./accounts/reset-link.ts";
export { isWhole, readSnapshots, type Snapshots } from "./app-origin/snapshots.ts";
export { runVerification, type VerifyOutcome } from "./audit/verify/run.ts";
export {
  type Config,
  ConfigError,
  readConfig,
  readRewrapConfig,
  readVerifyConfig,
} from "./config.ts";
export type { ConnectionLimits } from "./connection-limits.ts";
export { type DatabaseConfig, readDatabaseConfig, readMigrateConfig } from "./db/config.ts";
export { migrateDatabase } from "./db/migrate-database.ts";
export { folderResources, versionOf } from "./http/resources.ts";
export { type Listening, type ListenLimits, listen } from "./listen.ts";
export { createLog, type Log } from "./log.ts";
export { createMetrics, type Metrics } from "./metrics.ts";
export { createMetricsApp } from "./metrics-app.ts";
export { closure, type LockedFile, readLock } from "./packages/lock.ts";
export {
  createPackages,
  type Fetched,
  fetchFiles,
  missingFiles,
  type Packages,
} from "./packages/service.ts";
export { places } from "./places.ts";
export { Problem } from "./problem.ts";
export type { Rewrapped } from "./secrets/rewrapping.ts";
export { keyServerFailure, runRewrapping } from "./secrets/run-rewrapping.ts";
export { createServer } from "./server.ts";
export { isLoopback } from "./settings.ts";

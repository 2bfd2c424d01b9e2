export * as api from "./api/index.ts";
export { type Budget, budgets, consoleMessageCost } from "./budgets.ts";
export { type ErrorCode, errorCodes } from "./errors.ts";
export { type FrameHello, frameHello, type HostPort, hostPort } from "./handshake.ts";
export { limits, utf8Length } from "./limits.ts";
export {
  type LoadedPackage,
  type Loads,
  loads,
  loadsText,
  noLoads,
  parseLoads,
  together,
} from "./loads.ts";
export { type Manifest, manifest } from "./manifest.ts";
export {
  type FailedAt,
  type FrameMessage,
  type HostMessage,
  type Phase,
  parseFrameMessage,
  parseHostMessage,
} from "./messages.ts";
export {
  type AppId,
  type AppType,
  appId,
  appType,
  reasonText,
  secretName,
  secretValue,
} from "./names.ts";
export { noPermissions, pageHeaders } from "./page-headers.ts";
export { paths, reserved } from "./paths.ts";
export { isUnpinnedAddress, requirementLines } from "./requirements.ts";
export { wayBackCsp, wayBackPage } from "./way-back.ts";

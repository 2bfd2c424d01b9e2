export * from "./account.ts";
export * from "./audit.ts";
export * from "./events.ts";
export * from "./parts.ts";
export * from "./secrets.ts";

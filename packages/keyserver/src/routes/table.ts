import type { Route } from "../http/route.ts";
import { accessRoutes } from "./access.ts";
import { cryptRoutes } from "./crypt.ts";
import { keyRoutes } from "./keys.ts";
import { createSysRoutes, type SysParts } from "./sys.ts";

/** Everything that is served. */
export function createRoutes(parts: SysParts): readonly Route[] {
  return [...keyRoutes, ...cryptRoutes, ...accessRoutes, ...createSysRoutes(parts)];
}

import { ConfigError } from "./config.ts";
import { RootKeyError } from "./crypto/root-key.ts";
import { NotPrivateError } from "./store/durable.ts";
import { LockedError } from "./store/process-lock.ts";
import { StoreError } from "./store/sealed-file.ts";

const expected = [ConfigError, RootKeyError, NotPrivateError, LockedError, StoreError];

const causes: Readonly<Record<string, string>> = {
  EADDRINUSE: "its address is taken; set KEYSERVER_PORT to another port",
  EADDRNOTAVAIL: "KEYSERVER_HOST is no address of this machine",
  ENOTFOUND: "KEYSERVER_HOST is no address of this machine",
  EACCES: "a file or port needs more rights",
  ENOENT: "a file that the settings name is not there",
  ENOSPC: "the disk is full",
  EINVAL: "the path of DATA_DIR is too long for the socket in it",
};

/** Why a start failed, in words for the operator; null when it is none of the things they can mend. */
export function startFailure(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  if (expected.some((kind) => error instanceof kind)) return error.message;
  return causes[(error as NodeJS.ErrnoException).code ?? ""] ?? null;
}

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { ConfigError } from "../config.ts";
import { readDatabaseConfig, readMigrateConfig } from "./config.ts";

const url = "postgres://cafe:canary-pw@127.0.0.1/cafe";

function file(content: string): string {
  const dir = mkdtempSync(join(tmpdir(), "portafilter-test-"));
  onTestFinished(() => {
    rmSync(dir, { recursive: true });
  });
  writeFileSync(join(dir, "url"), content);
  return join(dir, "url");
}

test("without settings, the database is in the data folder", () => {
  expect(readDatabaseConfig({ DATA_DIR: "/srv/cafe" })).toEqual({
    kind: "pglite",
    folder: "/srv/cafe/db",
  });
});

test("an address of a database may come from a file", () => {
  const config = readDatabaseConfig({ DATABASE_URL_FILE: file(`${url}\n`), DATABASE_POOL: "3" });
  expect(config).toMatchObject({ kind: "postgres", url, pool: 3, statementTimeout: 10_000 });
});

test("tables may be changed by another user than the one that serves", () => {
  const owner = "postgres://owner@127.0.0.1/cafe";
  expect(readMigrateConfig({ DATABASE_URL: url, MIGRATE_DATABASE_URL: owner })).toMatchObject({
    config: { url: owner },
    servingUrl: url,
  });
  expect(readMigrateConfig({ DATABASE_URL: url })).toMatchObject({
    config: { url },
    servingUrl: undefined,
  });
});

test.for([
  ["postgres://db.test/cafe?sslmode=verify-full", "verify-full"],
  // What less careful programs take for "encrypt, to whomever".
  ["postgres://db.test/cafe?sslmode=require", "verify-full"],
  ["postgres://db.test/cafe?sslmode=prefer", "verify-full"],
  ["postgres://db.test/cafe?sslmode=disable", "disable"],
  ["postgres://127.0.0.1/cafe", null],
  ["postgres://[::1]:5433/cafe", null],
  ["postgres://localhost/cafe", null],
  ["postgres:///cafe?host=/run/postgresql", null],
  ["postgres://barista@%2Frun%2Fpostgresql/cafe", null],
  ["postgres://barista@%2frun%2fpostgresql:5433/cafe", null],
] as const)("%s is reached with sslmode %s", ([given, mode]) => {
  const config = readDatabaseConfig({ DATABASE_URL: given });
  expect(config.kind === "postgres" && new URL(config.url).searchParams.get("sslmode")).toBe(mode);
});

test.for([
  { DATABASE_URL: "mysql://cafe:canary-pw@127.0.0.1/cafe" },
  { DATABASE_URL: "canary-pw" },
  { DATABASE_URL: "postgres://cafe:canary-pw@db.test/cafe" },
  { DATABASE_URL: `${url}?sslmode=no-verify` },
  { DATABASE_URL_FILE: "/nowhere/canary-pw" },
  // A file that holds something else.
  { DATABASE_URL_FILE: "/etc/hostname" },
  { DATABASE_URL: url, DATABASE_URL_FILE: "/nowhere/canary-pw" },
  { MIGRATE_DATABASE_URL: "canary-pw" },
  { DATABASE_POOL: "0" },
  { DATABASE_STATEMENT_TIMEOUT: "canary-pw" },
])("%j is refused by name, and its value is not repeated", (env) => {
  const read = () => readMigrateConfig(env);
  expect(read).toThrow(ConfigError);
  expect(read).toThrow(Object.keys(env).at(-1));
  expect(read).not.toThrow("canary-pw");
});

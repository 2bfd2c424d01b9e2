import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createLog } from "../log.ts";
import { readDatabaseConfig } from "./config.ts";
import { connectPostgres } from "./postgres.ts";
import { startPostgres } from "./testing/postgres.ts";

/** A certificate for a name, signed by itself, in files that only the user of the database reads. */
function certificate(name: string): { cert: string; key: string } {
  const dir = mkdtempSync(join(tmpdir(), "portafilter-test-"));
  onTestFinished(() => {
    rmSync(dir, { recursive: true, force: true });
  });
  const cert = join(dir, "cert.pem");
  const key = join(dir, "key.pem");
  const made = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=${name} -addext subjectAltName=DNS:${name} -keyout ${key} -out ${cert}`;
  execFileSync("openssl", made.split(" "), { stdio: "ignore" });
  if (process.getuid?.() === 0) execFileSync("chown", ["-R", "nobody", dir]);
  return { cert, key };
}

async function serving(name: string) {
  const { cert, key } = certificate(name);
  const server = await startPostgres({
    settings: ["ssl=on", `ssl_cert_file=${cert}`, `ssl_key_file=${key}`],
  });
  onTestFinished(() => server.stop());
  const url = server.url("postgres").replace("127.0.0.1", "localhost");
  const connect = async (query: string) => {
    const config = readDatabaseConfig({ DATABASE_URL: `${url}?${query}` });
    if (config.kind !== "postgres") throw new Error("not PostgreSQL");
    const kysely = await connectPostgres({ ...config, startTimeout: 0 }, createLog("silent"));
    await kysely.destroy();
    return "connected";
  };
  return { connect, cert };
}

test("a certificate of an authority that is not known is refused, also with sslmode=require", async () => {
  const { connect, cert } = await serving("localhost");
  expect(await connect(`sslmode=verify-full&sslrootcert=${cert}`)).toBe("connected");
  await expect(connect("sslmode=verify-full")).rejects.toThrow("cannot be reached (");
  await expect(connect("sslmode=require")).rejects.toThrow("cannot be reached (");
}, 60_000);

test("a good certificate of another name is refused", async () => {
  const { connect, cert } = await serving("other.test");
  const connecting = connect(`sslmode=require&sslrootcert=${cert}`);
  await expect(connecting).rejects.toThrow("ERR_TLS_CERT_ALTNAME_INVALID");
}, 60_000);

test("a server without TLS is refused where it is asked for", async () => {
  const server = await startPostgres();
  onTestFinished(() => server.stop());
  const url = `${server.url("postgres")}?sslmode=require`;
  const config = readDatabaseConfig({ DATABASE_URL: url });
  if (config.kind !== "postgres") throw new Error("not PostgreSQL");
  const connecting = connectPostgres({ ...config, startTimeout: 0 }, createLog("silent"));
  await expect(connecting).rejects.toThrow("cannot be reached");
}, 60_000);

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { cp, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { freePort } from "../../testing/free-port.ts";

/** A PostgreSQL of the test's own. */
export type TestPostgres = Readonly<{
  port: number;
  /** Address of a database, for the user who owns everything unless another is named. */
  url(database: string, user?: string): string;
  /** The same by way of its socket, for the user who owns everything. */
  socketUrl(database: string): string;
  /** Makes an empty database, or a copy of another, and tells its name. */
  createDatabase(template?: string): Promise<string>;
  /** Runs one statement as the owner of everything. */
  query(statement: string, database?: string): Promise<Record<string, unknown>[]>;
  /** Ends all of it at once, as a crash would, and leaves the files. */
  kill(): Promise<void>;
  /** Stops all of its processes where they are: it takes connections, and answers none. */
  hang(): Promise<void>;
  /** Lets them go on. */
  resume(): Promise<void>;
  /** Starts again on the same files and port. */
  start(): Promise<void>;
  stop(): Promise<void>;
}>;

/** PostgreSQL refuses to run as root. */
const user = process.getuid?.() === 0 ? nobody() : undefined;

function nobody(): { uid: number; gid: number } {
  const id = (what: string) =>
    Number(execFileSync("id", [what, "nobody"], { encoding: "utf8" }).trim());
  return { uid: id("-u"), gid: id("-g") };
}

/** Debian's binaries, the newest first; else those on the PATH. */
function binaries(): string {
  const base = "/usr/lib/postgresql";
  const versions = existsSync(base) ? readdirSync(base).map(Number) : [];
  const newest = versions
    .filter((v) => existsSync(join(base, `${v}`, "bin/initdb")))
    .sort((a, b) => b - a)[0];
  if (newest === undefined)
    throw new Error("the tests need PostgreSQL: install the package postgresql");
  return join(base, `${newest}`, "bin");
}

/**
 * Starts a PostgreSQL on loopback, on files of its own that `stop` removes. `durable` is for tests of
 * crashes; without it nothing waits for the disk.
 */
export async function startPostgres({
  durable = false,
  settings = [] as readonly string[],
} = {}): Promise<TestPostgres> {
  const bin = binaries();
  const dir = await mkdtemp(join(tmpdir(), "portafilter-postgres-"));
  await cp(await template(bin), join(dir, "data"), { recursive: true });
  own(dir);
  const port = await freePort();
  let child: ChildProcess | undefined;
  let databases = 0;

  const url = (database: string, name = "owner") =>
    `postgres://${name}@127.0.0.1:${port}/${database}`;
  const query = async (statement: string, database = "postgres") => {
    const client = new Client({ connectionString: url(database) });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(statement)).rows;
    } finally {
      await client.end();
    }
  };
  const start = async () => {
    const options = [
      `port=${port}`,
      "listen_addresses=127.0.0.1",
      `unix_socket_directories=${dir}`,
      "shared_buffers=32MB",
      "log_min_messages=fatal",
      ...(durable ? [] : ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]),
      ...settings,
    ].flatMap((option) => ["-c", option]);
    // Where it can, the system ends it when this process dies, however that happens.
    const command = existsSync("/usr/bin/setpriv")
      ? ["/usr/bin/setpriv", "--pdeathsig", "QUIT", join(bin, "postgres")]
      : [join(bin, "postgres")];
    const [program = "", ...first] = command;
    child = spawn(program, [...first, "-D", join(dir, "data"), ...options], {
      ...user,
      stdio: ["ignore", "ignore", "pipe"],
      cwd: dir,
    });
    let said = "";
    child.stderr?.on("data", (data: Buffer) => (said += data.toString()));
    for (let tries = 0; ; tries += 1) {
      if (child.exitCode !== null || tries > 600)
        throw new Error(`PostgreSQL did not start: ${said}`);
      const answers = await query("select 1").then(
        () => true,
        () => false,
      );
      if (answers) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  const end = async (signal: "SIGQUIT" | "SIGKILL") => {
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "close");
    child.kill(signal);
    await ended;
  };
  /** It and those that it started, which are not in its group. */
  const signalAll = async (signal: "SIGSTOP" | "SIGCONT") => {
    const { pid } = child ?? {};
    if (pid === undefined) return;
    const of = (await readFile(`/proc/${pid}/task/${pid}/children`, "utf8")).trim().split(" ");
    for (const one of [pid, ...of.filter((text) => text !== "").map(Number)])
      process.kill(one, signal);
  };
  const stop = async () => {
    await end("SIGQUIT");
    await rm(dir, { recursive: true, force: true });
  };
  process.once("exit", () => {
    child?.kill("SIGQUIT");
    rmSync(dir, { recursive: true, force: true });
  });
  await start();
  return {
    port,
    url,
    socketUrl: (database) => `postgres://owner@${encodeURIComponent(dir)}:${port}/${database}`,
    query,
    start,
    stop,
    kill: () => end("SIGKILL"),
    hang: () => signalAll("SIGSTOP"),
    resume: () => signalAll("SIGCONT"),
    async createDatabase(from = "template1") {
      databases += 1;
      const name = `test${databases}`;
      await query(`create database ${name} template ${from}`);
      return name;
    },
  };
}

/** The files of a new cluster. Made once for all runs, since that takes seconds. */
async function template(bin: string): Promise<string> {
  const version = bin.split("/").at(-2) ?? "";
  const kept = join(tmpdir(), `portafilter-test-postgres-${version}-${process.getuid?.() ?? 0}`);
  if (existsSync(join(kept, "PG_VERSION"))) return kept;
  const dir = await mkdtemp(join(tmpdir(), "portafilter-initdb-"));
  own(dir);
  execFileSync(
    join(bin, "initdb"),
    [
      "-D",
      join(dir, "data"),
      "-U",
      "owner",
      "-A",
      "trust",
      "-E",
      "UTF8",
      "--no-sync",
      "--locale=C.UTF-8",
    ],
    { ...user, cwd: dir, stdio: ["ignore", "ignore", "pipe"] },
  );
  // Another run may have been faster; its files are as good.
  await rename(join(dir, "data"), kept).catch(() => undefined);
  await rm(dir, { recursive: true, force: true });
  return kept;
}

function own(dir: string): void {
  if (user === undefined) return;
  execFileSync("chown", ["-R", `${user.uid}:${user.gid}`, dir]);
}

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { openPromise } from "yauzl";
import { sha256Of } from "../hash.ts";
import type { Log } from "../log.ts";
import type { Lock, LockedFile } from "../packages/lock.ts";
import { createPackages, type Packages } from "../packages/service.ts";
import { places } from "../places.ts";
import { type FakeUpstream, indexPage, startUpstream, whole } from "./upstream.ts";

export const micropipFile = "micropip-0.11.1-py3-none-any.whl";
/** A real wheel, which tests use as the file to serve and as the container of others. */
const micropip = await readFile(join(places.bundledWheels, micropipFile));

/** What was logged: level and everything that came with it, as text. */
export type Logged = { level: string; text: string }[];

export function recordingLog(): { log: Log; logged: Logged } {
  const logged: Logged = [];
  const at = (level: string) => (details: unknown, text?: string) => {
    const message = JSON.stringify(details, (_, value: unknown) =>
      value instanceof Error ? `${value.message} ${String(value.cause)}` : value,
    );
    logged.push({ level, text: `${message} ${text ?? ""}` });
  };
  const log = { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
  return { log: log, logged };
}

export async function temporaryFolder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "portafilter-test-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 }));
  return dir;
}

type Member = Extract<LockedFile["sources"][number], { kind: "member" }>;

/** A file of the test's container, the micropip wheel, as the lock would name it. */
async function memberOf(path: string): Promise<{ data: Buffer; source: Member }> {
  const zip = await openPromise(join(places.bundledWheels, micropipFile), { autoClose: false });
  for await (const entry of zip.eachEntry()) {
    if (entry.fileName !== path) continue;
    const chunks: Buffer[] = [];
    for await (const chunk of await zip.openReadStreamPromise(entry)) chunks.push(chunk as Buffer);
    zip.close();
    const source = {
      kind: "member" as const,
      path,
      offset: entry.relativeOffsetOfLocalHeader,
      packed: entry.compressedSize,
      method: "deflate" as const,
    };
    return { data: Buffer.concat(chunks), source };
  }
  throw new Error(`${path} is not in the container`);
}

export const member = await memberOf("micropip/package_index.py");
const secondMember = await memberOf("micropip/wheelinfo.py");

export function locked(name: string, data: Uint8Array, sources: LockedFile["sources"]): LockedFile {
  const file = `${name}-1.0-py3-none-any.whl`;
  return {
    name,
    version: "1.0",
    file,
    sha256: sha256Of(data),
    size: data.length,
    imports: [name],
    depends: [],
    sources,
  };
}

/** Another file than the wheel, with the same members at the same places. */
export const containerData = Buffer.concat([micropip, Buffer.from("end")]);

/** The bytes of the file `both`; long enough to travel in several pieces. */
export const bothData = Buffer.concat([micropip, micropip, micropip]);

/** The files that the tests' lock names. */
export const wheels = {
  /** On the CDN, then on the index. */
  both: locked("both", bothData, [{ kind: "pyodide", release: "1.0.0" }, { kind: "index" }]),
  /** In the repository's own wheelhouse. */
  tool: { ...locked("tool", micropip, [{ kind: "bundled" }]), file: micropipFile },
  member: locked("member", member.data, [member.source]),
  second: locked("second", secondMember.data, [secondMember.source]),
};

const lock: Lock = {
  format: 1,
  pyodide: "1.0.0",
  info: { abi_version: "2026_0" },
  container: {
    project: "container",
    file: "container-1.0-py3-none-any.whl",
    sha256: sha256Of(containerData),
    size: containerData.length,
  },
  files: [wheels.both, wheels.tool, wheels.member, wheels.second],
};

export type TestPackages = Packages &
  Readonly<{ upstream: FakeUpstream; dataDir: string; log: Log; logged: Logged }>;

/** The mirror on a fake upstream that has everything. Tests then take things away. */
export async function testPackages(
  settings: Partial<Parameters<typeof createPackages>[0]> = {},
): Promise<TestPackages> {
  const upstream = await startUpstream();
  onTestFinished(() => upstream.close());
  const dataDir = settings.dataDir ?? (await temporaryFolder());
  const { log, logged } = recordingLog();
  const listed = (file: string, data: Uint8Array) => ({
    filename: file,
    url: `${upstream.origin}/files/${file}`,
    hashes: { sha256: sha256Of(data) },
    size: data.length,
  });
  const { container } = lock;
  upstream.routes
    .set("/cdn/v1.0.0/full/both-1.0-py3-none-any.whl", whole(bothData))
    .set("/files/both-1.0-py3-none-any.whl", whole(bothData))
    .set("/simple/both/", indexPage([listed("both-1.0-py3-none-any.whl", bothData)]))
    .set(`/files/${container.file}`, whole(containerData))
    .set("/simple/container/", indexPage([listed(container.file, containerData)]));
  const packages = await createPackages(
    {
      dataDir,
      wheelhouse: undefined,
      pyodideCdn: `${upstream.origin}/cdn`,
      pipIndexUrl: `${upstream.origin}/simple`,
      pipConfigFiles: [],
      fileHosts: undefined,
      connectTimeout: 5_000,
      idleTimeout: 5_000,
      downTime: 60_000,
      listedMaxBytes: 1000,
      ...settings,
    },
    lock,
    places,
    log,
  );
  return { ...packages, upstream, dataDir, log, logged };
}

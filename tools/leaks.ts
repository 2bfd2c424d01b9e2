import { execFileSync, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { extname, join, resolve } from "node:path";

/** Versions of files that hold something that looks like a secret and is none: the credentials of a test. */
const madeUp = new Set(["7563a75856f3d5384fff85822886ea7f88f0d42e"]);

/** Secrets in anything that was ever committed to a repository: what was removed since is there all the same. */
export function scanHistory(repository: string): string[] {
  const git = (args: string[], input?: string) =>
    execFileSync("git", ["-C", repository, ...args], { input, maxBuffer: 2 ** 30 });
  const all = git(["rev-list", "--objects", "--all"]).toString("utf8").trimEnd().split("\n");
  const names = new Map(all.map((line) => [line.slice(0, 40), line.slice(41)]));
  const objects = git(["cat-file", "--batch"], [...names.keys(), ""].join("\n"));
  const dir = mkdtempSync(join(tmpdir(), "portafilter-history-"));
  try {
    for (const { id, type, content } of parseBatch(objects)) {
      if (type === "tree" || madeUp.has(id)) continue;
      // A folder for each: the name of a file says how it is read.
      mkdirSync(join(dir, id));
      writeFileSync(join(dir, id, `${type}${extname(names.get(id) ?? "")}`), content);
    }
    return secretsIn(dir).map((line) =>
      line
        .replace(`${dir}/`, "")
        .replace(/^[0-9a-f]{40}/, (id) => `${id} (${names.get(id) ?? ""})`),
    );
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** What `git cat-file --batch` says: a line of id, type and size, then so many bytes and a line break. */
function* parseBatch(bytes: Buffer): Generator<{ id: string; type: string; content: Buffer }> {
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf("\n", at);
    const [id = "", type = "", size = "0"] = bytes.toString("latin1", at, end).split(" ");
    at = end + 1 + Number(size) + 1;
    yield { id, type, content: bytes.subarray(end + 1, at - 1) };
  }
}

function secretsIn(dir: string): string[] {
  const config = resolve(".secretlintrc.json");
  const options = ["--secretlintrc", config, "--format", "unix", "--no-color"];
  const { status, stdout, stderr } = spawnSync("secretlint", [...options, "**/*"], {
    cwd: dir,
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  return status === 0 ? [] : `${stdout}${stderr}`.trim().split("\n");
}

/** What a build must not ship: a secret, a source map, a path of the machine that built it. */
export function scanBuilt(dir: string): string[] {
  if (!existsSync(dir)) return [];
  const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((one) =>
    one.isFile(),
  );
  const found = files.flatMap(({ parentPath, name }) => {
    const path = join(parentPath, name);
    if (name.endsWith(".map")) return [`${path}: a source map`];
    const text = readFileSync(path, "latin1");
    const [trace] = traces.exec(text) ?? (text.includes(resolve(".")) ? [resolve(".")] : []);
    return trace === undefined ? [] : [`${path}: ${trace}`];
  });
  return [...found, ...secretsIn(dir)];
}

/** A way to a source map, or folders of people. Pyodide's own home is no place on any machine. */
const traces = /sourceMappingURL|file:\/\/\/\w|\/(?:home\/(?!pyodide\b)|root\/|Users\/)\w+/;

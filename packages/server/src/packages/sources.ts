import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { Lock, Source } from "./lock.ts";
import { memberRange, unpackMember } from "./member.ts";
import type { PackageIndex } from "./package-index.ts";
import { SourceError } from "./source-error.ts";
import type { Answer, Upstream } from "./upstream.ts";

/** A file that the mirror may serve, and where it can be had. */
export type WantedFile = Readonly<{
  name: string;
  file: string;
  sha256: string;
  size?: number | undefined;
  sources: readonly Source[];
}>;

export type Bytes = AsyncIterable<Uint8Array>;
type Member = Extract<Source, { kind: "member" }>;

export type SourcesOptions = Readonly<{
  /** Folders looked in first, in this order. */
  wheelhouses: readonly string[];
  bundled: string;
  cdnBase: string;
  cdn: Upstream;
  container: Lock["container"];
  index: PackageIndex;
  /** Of the index's hosts. */
  upstream: Upstream;
  /** Path of the whole container, if it is here or shall be fetched; for servers without ranges. */
  wholeContainer: (fetch: boolean) => Promise<string | undefined>;
}>;

/** Named ways to begin reading a file, in the order in which they are to be tried. */
export type Attempt = Readonly<{ name: string; open: () => Promise<Bytes> }>;

/** Knows how each kind of source is read. What it yields is unchecked: the caller compares the sha256. */
export function createSources(options: SourcesOptions): (wanted: WantedFile) => Attempt[] {
  const { upstream, index, container } = options;

  async function fromFolder(folder: string, file: string): Promise<Bytes> {
    const path = join(folder, file);
    const found = await stat(path).catch(() => undefined);
    if (found?.isFile() !== true) throw new SourceError("not in this folder");
    return createReadStream(path);
  }

  async function fromIndex(
    project: string,
    { file, sha256 }: Pick<WantedFile, "file" | "sha256">,
    range?: string,
  ): Promise<Answer> {
    const wheel = await index.file(project, file, sha256, null);
    if (wheel === undefined) throw new SourceError("the package index does not list it");
    const own = new URL(wheel.url).origin === new URL(index.address.url).origin;
    return upstream.get(wheel.url, {
      ...(own ? index.address.headers : {}),
      ...(range === undefined ? {} : { range }),
    });
  }

  async function fromContainer(member: Member): Promise<Bytes> {
    const [first, last] = memberRange(member, container.size);
    const slice = (path: string) =>
      unpackMember(createReadStream(path, { start: first, end: last }), member);
    const here = await options.wholeContainer(false);
    if (here !== undefined) return slice(here);
    const answer = await fromIndex(container.project, container, `bytes=${first}-${last}`);
    if (answer.status === 206) return unpackMember(answer.body, member);
    answer.cancel();
    if (answer.status !== 200) throw new SourceError(`the server answered ${answer.status}`);
    const path = await options.wholeContainer(true);
    if (path === undefined) throw new SourceError("the container cannot be had");
    return slice(path);
  }

  function open(source: Source, wanted: WantedFile): Promise<Bytes> {
    switch (source.kind) {
      case "bundled":
        return fromFolder(options.bundled, wanted.file);
      case "pyodide":
        return options.cdn
          .get(`${options.cdnBase}v${source.release}/full/${encodeURIComponent(wanted.file)}`)
          .then(whole);
      case "index":
        return fromIndex(wanted.name, wanted).then(whole);
      case "member":
        return fromContainer(source);
    }
  }

  return (wanted) => [
    ...options.wheelhouses.map((folder) => ({
      name: "wheelhouse",
      open: () => fromFolder(folder, wanted.file),
    })),
    ...wanted.sources.map((source) => ({
      name: source.kind,
      open: () => open(source, wanted),
    })),
  ];
}

function whole(answer: Answer): Bytes {
  if (answer.status === 200) return answer.body;
  answer.cancel();
  throw new SourceError(`the server answered ${answer.status}`);
}

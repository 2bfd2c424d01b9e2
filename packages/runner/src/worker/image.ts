import type { Manifest } from "@portafilter/protocol";
import { fetchFile, fetchJson } from "./fetch.ts";

export type Image = Manifest["snapshots"][string];

/** Description that the snapshot maker writes beside each image (`snapshot/make.ts`). */
export type Tree = {
  readonly v: 1;
  /** Folder of the files, such as `/lib/python3.14/site-packages`. */
  readonly site: string;
  /** Address of all files, one after another. */
  readonly pack: string;
  /** Installed distributions: name of the lock to version. */
  readonly packages: Readonly<Record<string, string>>;
  /** Layout of the function table of a module in which the image can be restored (`layoutOf`). */
  readonly table: string;
  /** Length of the beginning of the pack that every start reads, in bytes. */
  readonly eager: number;
  readonly files: readonly (readonly [path: string, offset: number, size: number])[];
};

export function fetchTree(image: Image): Promise<Tree> {
  return fetchJson<Tree>(image.tree);
}

/** The first `bytes` of the pack, or all of it. */
export async function fetchPack(tree: Tree, bytes?: number): Promise<Uint8Array> {
  const response =
    bytes === undefined
      ? await fetchFile(tree.pack)
      : await fetchFile(partOf(tree), { headers: { range: `bytes=0-${bytes - 1}` } });
  return new Uint8Array(await response.arrayBuffer());
}

/** Where parts of the pack are asked for: under its own address, Chromium would then cache neither them nor the whole. */
export function partOf(tree: Tree): string {
  return `${tree.pack}?part`;
}

/**
 * Streams a memory image into one buffer of its known size. `bytes` is there at once and complete when
 * `filled` resolves, so that WebAssembly is compiled while the image arrives.
 */
export function fetchImage(
  image: Image,
  report: (done: number) => void,
): { bytes: Uint8Array<ArrayBuffer>; filled: Promise<void>; stop: () => void } {
  const bytes = new Uint8Array(image.bytes);
  const transfer = new AbortController();
  const fill = async () => {
    const { body } = await fetchFile(image.url, { signal: transfer.signal });
    const reader = body?.getReader();
    let at = 0;
    let reported = 0;
    for (let part = await reader?.read(); part?.value; part = await reader?.read()) {
      if (at + part.value.length > bytes.length) throw new Error("The image is too long.");
      bytes.set(part.value, at);
      at += part.value.length;
      if (at - reported > bytes.length / 20) {
        reported = at;
        report(at / bytes.length);
      }
    }
    if (at !== bytes.length) throw new Error("The interpreter's image arrived incomplete.");
  };
  return {
    bytes,
    filled: fill(),
    stop: () => {
      transfer.abort();
    },
  };
}

import type { Manifest } from "@portafilter/protocol";

/** Description that the snapshot maker writes beside each image (`snapshot/make.ts`). */
export type Tree = {
  readonly v: 1;
  /** Folder of the files, such as `/lib/python3.14/site-packages`. */
  readonly site: string;
  /** Address of all files, one after another. */
  readonly pack: string;
  /** Length of the beginning of the pack that every start reads, in bytes. */
  readonly eager: number;
  /** Installed distributions: name of the lock to version. */
  readonly packages: Readonly<Record<string, string>>;
  readonly files: readonly (readonly [path: string, offset: number, size: number])[];
};

type Image = Manifest["snapshots"][string];

/**
 * Streams a memory image into one buffer of its known size. `bytes` is there at once and complete when
 * `filled` resolves, so that WebAssembly is compiled while the image arrives.
 */
export function fetchImage(
  image: Image,
  report: (done: number) => void,
): { bytes: Uint8Array<ArrayBuffer>; filled: Promise<void> } {
  const bytes = new Uint8Array(image.bytes);
  const fill = async () => {
    const response = await fetch(image.url);
    if (!response.ok || !response.body) {
      throw new Error(`The server did not send the interpreter's image (${response.status}).`);
    }
    let at = 0;
    let reported = 0;
    for await (const chunk of response.body) {
      if (at + chunk.length > bytes.length) throw new Error("The interpreter's image is too long.");
      bytes.set(chunk, at);
      at += chunk.length;
      if (at - reported > bytes.length / 20) {
        reported = at;
        report(at / bytes.length);
      }
    }
    if (at !== bytes.length) throw new Error("The interpreter's image arrived incomplete.");
  };
  return { bytes, filled: fill() };
}

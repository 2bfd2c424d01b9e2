import { createHash } from "node:crypto";
import { zip } from "../../tools/zip.ts";

/** A wheel of a hostile author's making. */
export type MadeWheel = Readonly<{
  name: string;
  version: string;
  file: string;
  content: Buffer;
  sha256: string;
}>;

/** Makes the wheel of a package that is one module of its own name. */
export function makeWheel(
  name: string,
  version: string,
  python: string,
  requires: readonly string[] = [],
): MadeWheel {
  const info = `${name}-${version}.dist-info`;
  const needs = requires.map((line) => `Requires-Dist: ${line}\n`).join("");
  const files = {
    [`${name}.py`]: python,
    [`${info}/METADATA`]: `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n${needs}`,
    [`${info}/WHEEL`]: "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    [`${info}/RECORD`]: `${name}.py,,\n`,
  };
  const entries = Object.entries(files).map(([path, text]) => ({
    name: path,
    content: Buffer.from(text),
  }));
  const content = Buffer.from(zip(entries));
  const sha256 = createHash("sha256").update(content).digest("hex");
  return { name, version, file: `${name}-${version}-py3-none-any.whl`, content, sha256 };
}

/** Text that is not base64; the message is the one Go's standard decoder gives. */
export class Base64Error extends Error {
  override readonly name = "Base64Error";
}

const regular = /^[A-Za-z0-9+/]*={0,2}$/;
const newlines = /[\r\n]/g;
const [pad, lineFeed, carriageReturn] = [0x3d, 0x0a, 0x0d];

/**
 * Decodes standard base64 with padding, as strictly as OpenBao does and with its error texts.
 * @throws Base64Error saying at which byte the text stops being base64.
 */
export function decodeBase64(text: string): Buffer {
  if (text.length % 4 !== 0 || !regular.test(text)) {
    const bytes = Buffer.from(text, "utf8");
    const at = firstWrongByte(bytes);
    if (at !== -1) throw new Base64Error(`illegal base64 data at input byte ${at}`);
    return Buffer.from(text.replace(newlines, ""), "base64");
  }
  return Buffer.from(text, "base64");
}

/** Where Go's decoder gives up, or -1. It works in groups of four and skips line ends anywhere. */
function firstWrongByte(bytes: Uint8Array): number {
  let at = 0;
  const skipLineEnds = () => {
    while (bytes[at] === lineFeed || bytes[at] === carriageReturn) at += 1;
  };
  for (;;) {
    let inGroup = 0;
    while (inGroup < 4) {
      skipLineEnds();
      const byte = bytes[at];
      if (byte === undefined) return inGroup === 0 ? -1 : at - inGroup;
      at += 1;
      if (byte === pad) {
        if (inGroup < 2) return at - 1;
        if (inGroup === 2) {
          skipLineEnds();
          if (bytes[at] === undefined) return bytes.length;
          if (bytes[at] !== pad) return at - 1;
          at += 1;
        }
        skipLineEnds();
        return at < bytes.length ? at : -1;
      }
      if (!isAlphabet(byte)) return at - 1;
      inGroup += 1;
    }
  }
}

function isAlphabet(byte: number): boolean {
  return (
    (byte >= 0x41 && byte <= 0x5a) ||
    (byte >= 0x61 && byte <= 0x7a) ||
    (byte >= 0x30 && byte <= 0x39) ||
    byte === 0x2b ||
    byte === 0x2f
  );
}

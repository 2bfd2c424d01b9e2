// Colours and cursor movements of terminals.

const terminal = /\u001b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?)/g;

// Controls but tab and newline; bidirectional controls and marks; characters that are not seen.
const unseen =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb]|\u{e0000}|[\u{e0001}-\u{e007f}]/gu;

/**
 * Untrusted text with everything taken out that could reorder, hide or overprint what stands near it:
 * terminal codes, control and bidirectional characters, invisible ones. Line ends become `\n`,
 * a pile of combining marks becomes at most four.
 */
export function plainText(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/\r\n?|[\u2028\u2029\u0085]/g, "\n")
    .replaceAll(terminal, "")
    .replaceAll(unseen, "")
    .replaceAll(/(\p{M}{4})\p{M}+/gu, "$1");
}

/** {@link plainText} on one line. */
export function plainLine(text: string): string {
  return plainText(text).replaceAll(/\s+/g, " ").trim();
}

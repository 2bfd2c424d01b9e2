/** What a piece of Python is; null is plain. */
export type TokenKind = "comment" | "string" | "number" | "keyword" | "name" | null;
export type Token = { readonly kind: TokenKind; readonly text: string };

const keywords =
  "False|None|True|and|as|assert|async|await|break|class|continue|def|del|elif|else|except|finally|for|from|global|if|import|in|is|lambda|nonlocal|not|or|pass|raise|return|try|while|with|yield";

// One alternative per kind, in the order in which Python's own lexer would decide.
const pattern = new RegExp(
  [
    "(?<comment>#[^\\n]*)",
    "(?<string>\\b[rbfuRBFU]{0,2}(?:\"\"\"[^]*?(?:\"\"\"|$)|'''[^]*?(?:'''|$)|\"(?:\\\\.|[^\"\\\\\\n])*\"?|'(?:\\\\.|[^'\\\\\\n])*'?)|(?:\"\"\"[^]*?(?:\"\"\"|$)|'''[^]*?(?:'''|$)|\"(?:\\\\.|[^\"\\\\\\n])*\"?|'(?:\\\\.|[^'\\\\\\n])*'?))",
    "(?<number>\\b\\d[\\w.]*)",
    `(?<keyword>\\b(?:${keywords})\\b)`,
    "(?<name>\\b[A-Za-z_]\\w*(?=\\s*\\())",
    "(?<plain>[A-Za-z_]\\w*)",
  ].join("|"),
  "g",
);

/** Cuts Python source into tokens for display. Joined, their text is the source. */
export function pythonTokens(source: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (const match of source.matchAll(pattern)) {
    const kind = kindOf(match.groups ?? {});
    if (kind === null) continue;
    if (match.index > at) tokens.push({ kind: null, text: source.slice(at, match.index) });
    tokens.push({ kind, text: match[0] });
    at = match.index + match[0].length;
  }
  if (at < source.length) tokens.push({ kind: null, text: source.slice(at) });
  return tokens;
}

function kindOf(groups: Readonly<Record<string, string | undefined>>): TokenKind {
  for (const kind of ["comment", "string", "number", "keyword", "name"] as const)
    if (groups[kind] !== undefined) return kind;
  return null;
}

type Answer = {
  /** What npm says where it could not ask. */
  message?: string;
  vulnerabilities?: Record<string, { severity: string; range: string }>;
};

/** What `npm audit --json` printed, as an exit code and what to tell. What is not understood is no good news. */
export function readAudit(text: string): { code: 0 | 1 | 2; line: string } {
  let answer: Answer;
  try {
    answer = JSON.parse(text) as Answer;
  } catch {
    return { code: 2, line: "Nothing was audited: npm printed no JSON." };
  }
  if (answer.vulnerabilities === undefined) {
    // The address of the registry is the machine's own business.
    const reason = (answer.message ?? "npm gave no reason").replace(/ - \S+ \S+$/, "");
    return { code: 2, line: `Nothing was audited: ${reason}.` };
  }
  const found = Object.entries(answer.vulnerabilities);
  const lines = found.map(([name, { severity, range }]) => `${name} ${range}: ${severity}`);
  return found.length === 0
    ? { code: 0, line: "No known vulnerabilities." }
    : { code: 1, line: lines.join("\n") };
}

import { expect, test } from "vitest";
import { createLog } from "./log.ts";

const canary = "canary-90ab";

function logging() {
  const lines: string[] = [];
  const log = createLog("debug", { write: (line: string) => lines.push(line) });
  return { log, lines };
}

test("what bears the name of a credential does not pass, at the top or within", () => {
  const { log, lines } = logging();
  for (const name of ["authorization", "cookie", "set-cookie", "body", "password", "value"]) {
    log.error({ [name]: canary, request: { [name]: canary } }, "x");
  }
  log.error({ request: { headers: { authorization: canary } } }, "x");
  expect(lines).toHaveLength(7);
  expect(lines.join("")).not.toContain(canary);
});

test("of errors only kind, code and places pass, and what the operating system says", () => {
  const { log, lines } = logging();
  const cause = Object.assign(new Error(`duplicate key ${canary}`), {
    code: "23505",
    detail: canary,
    query: canary,
  });
  log.error({ err: new SyntaxError(canary, { cause }) }, "x");
  expect(lines.join("")).not.toContain(canary);
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({
    err: { type: "SyntaxError", cause: { type: "Error", code: "23505" } },
  });
  const system = Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:1"), {
    code: "ECONNREFUSED",
    syscall: "connect",
  });
  log.error({ err: system }, "x");
  expect(JSON.parse(lines[1] ?? "")).toMatchObject({ err: { message: system.message } });
});

test("a message that looks like a stack does not pass as one", () => {
  const { log, lines } = logging();
  const error = new Error(`x\n    at ${canary}\n    at ${canary} (file:///${canary}:1:2)`);
  log.error({ err: error }, "x");
  // Its message was exchanged after the stack was made.
  const other = new Error(`x\n    at ${canary}`);
  other.message = "y";
  log.error({ err: other }, "x");
  expect(lines.join("")).not.toContain(canary);
  for (const line of lines) expect(line).toContain("log.test.ts");
});

test("one event is one line, whatever is in it (D20)", () => {
  const { log, lines } = logging();
  log.warn({ app: 'a\r\n{"level":60}', name: "\u001b[31m\u2028" }, "x\ny");
  expect(lines).toHaveLength(1);
  expect(lines[0]?.indexOf("\n")).toBe((lines[0]?.length ?? 0) - 1);
  expect(lines[0]).not.toContain("\u001b");
});

import { expect, test } from "vitest";
import { joined } from "./joined.ts";

test("questions of one turn go together, and each gets its own answer", async () => {
  const asked: (readonly string[])[] = [];
  const ask = joined<string, string>((questions) => {
    asked.push(questions);
    return Promise.resolve(questions.map((question) => `${question}!`));
  });
  expect(await Promise.all(["a", "b", "a"].map(ask))).toEqual(["a!", "b!", "a!"]);
  expect(await ask("c")).toBe("c!");
  expect(asked).toEqual([["a", "b", "a"], ["c"]]);
});

test("nobody waits for what is under way already", async () => {
  const ask = joined<string, string>((questions) =>
    questions.includes("stuck") ? new Promise(() => undefined) : Promise.resolve(questions),
  );
  void ask("stuck");
  await new Promise((resolve) => setImmediate(resolve));
  expect(await ask("next")).toBe("next");
});

test("what fails, fails for those who asked, and not for the next", async () => {
  const fault = new Error("no database");
  const ask = joined<string, string>((questions) =>
    questions.includes("bad") ? Promise.reject(fault) : Promise.resolve(questions),
  );
  const outcomes = await Promise.allSettled([ask("bad"), ask("good")]);
  expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(await ask("good")).toBe("good");
});

test("an answer too few is nobody's answer", async () => {
  const ask = joined<string, string>((questions) => Promise.resolve(questions.slice(1)));
  const outcomes = await Promise.allSettled([ask("a"), ask("b")]);
  expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
});

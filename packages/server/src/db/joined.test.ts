import { expect, test } from "vitest";
import { Problem } from "../problem.ts";
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

test("what is refused because of one is asked again, each alone", async () => {
  const ask = joined<string, string>((questions) =>
    questions.includes("bad") ? Promise.reject(new Error("refused")) : Promise.resolve(questions),
  );
  const outcomes = await Promise.allSettled(["good", "bad", "fair"].map(ask));
  expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
});

test("a database that is away is asked once for all", async () => {
  const sizes: number[] = [];
  const ask = joined<string, string>((questions) => {
    sizes.push(questions.length);
    return Promise.reject(new Problem("database_unavailable"));
  });
  const outcomes = await Promise.allSettled(["a", "b", "c"].map(ask));
  expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
  expect(sizes).toEqual([3]);
});

test("no statement is shared by more than fifty", async () => {
  const sizes: number[] = [];
  const ask = joined<number, number>((questions) => {
    sizes.push(questions.length);
    return Promise.resolve(questions);
  });
  const questions = Array.from({ length: 120 }, (_, n) => n);
  expect(await Promise.all(questions.map(ask))).toEqual(questions);
  expect(sizes).toEqual([50, 50, 20]);
});

test("an answer too few is nobody's answer", async () => {
  const ask = joined<string, string>((questions) => Promise.resolve(questions.slice(1)));
  const outcomes = await Promise.allSettled([ask("a"), ask("b")]);
  expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
});

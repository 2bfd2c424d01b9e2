import { AsyncLocalStorage } from "node:async_hooks";
import { sql } from "kysely";
import { expect, onTestFinished, test } from "vitest";
import { Problem } from "../problem.ts";
import { joined } from "./joined.ts";
import { databaseOn } from "./pglite.ts";
import { freshPGlite } from "./testing/pglite.ts";

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

test("nobody waits long for what is under way already", async () => {
  const ask = joined<string, string>((questions) =>
    questions.includes("stuck") ? new Promise(() => undefined) : Promise.resolve(questions),
  );
  void ask("stuck");
  await new Promise((resolve) => setImmediate(resolve));
  expect(await ask("next")).toBe("next");
});

test("whoever came meanwhile is asked for before anything is done with the answers", async () => {
  const log: string[] = [];
  const ask = joined<string, string>(async (questions) => {
    log.push(`asked ${questions.join()}`);
    await new Promise((resolve) => setTimeout(resolve, 3));
    return questions;
  });
  const done = (question: string) => ask(question).then((answer) => log.push(`did ${answer}`));
  const first = done("a");
  await new Promise((resolve) => setImmediate(resolve));
  await Promise.all([first, done("b"), done("c")]);
  expect(log).toEqual(["asked a", "asked b,c", "did a", "did b", "did c"]);
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

test("a question inside a transaction is refused, whoever else asks in that turn is not", async () => {
  const { kysely, transaction, close } = databaseOn(await freshPGlite());
  onTestFinished(close);
  const ask = joined<number, number>(async (questions) => {
    const json = JSON.stringify(questions);
    const asked = sql<{ n: number }>`select value::int as n from json_array_elements_text(${json})`;
    return (await asked.execute(kysely)).rows.map(({ n }) => n);
  });
  const outside = AsyncLocalStorage.snapshot();
  const others: Promise<number>[] = [];
  await transaction(async () => {
    const wrong = ask(1);
    // In the same turn, of somebody who is in no transaction.
    others.push(outside(ask, 2), outside(ask, 3));
    await expect(wrong).rejects.toThrow("inside a transaction");
  });
  expect(await Promise.all(others)).toEqual([2, 3]);
  // Afterwards it may be asked, also by what the transaction began.
  const late = Promise.withResolvers<number>();
  await transaction(() => {
    setTimeout(() => {
      late.resolve(ask(4));
    }, 0);
    return Promise.resolve();
  });
  expect(await late.promise).toBe(4);
});

test("nobody's context is that of all who ask", async () => {
  const context = new AsyncLocalStorage<string>();
  const ask = joined<string, string | undefined>((questions) =>
    Promise.resolve(questions.map(() => context.getStore())),
  );
  const answers = ["first", "second"].map((name) => context.run(name, () => ask(name)));
  expect(await Promise.all(answers)).toEqual([undefined, undefined]);
});

import { AsyncLocalStorage } from "node:async_hooks";
import { Problem } from "../problem.ts";
import { refuseInTransaction } from "./transactions.ts";

type Waiting<Q, A> = Readonly<{
  question: Q;
  resolve: (answer: A) => void;
  reject: (error: unknown) => void;
}>;

/** How many share a statement: their answers are in memory together, and under one time limit. */
const most = 50;
/** Milliseconds for which those who come later wait for a statement that is under way. */
const patience = 10;

/**
 * Lets questions that come in one turn of the event loop, or while a statement is under way, go to the
 * database together: under load, one statement for many requests costs little more than one for each, and
 * those who come meanwhile would wait for a processor anyway. Nobody waits for a statement that turns out
 * to be slow. What the database refuses is asked again for each alone, so that nobody fails for
 * another's rows. A question inside a transaction is refused, alone.
 * @param ask - one statement for all; its answers are in the order of the questions. It runs in the
 * asynchronous context in which this was called, not in that of one who asks.
 */
export function joined<Q, A>(
  ask: (questions: readonly Q[]) => Promise<readonly A[]>,
): (question: Q) => Promise<A> {
  const inOwnContext = AsyncLocalStorage.snapshot();
  let waiting: Waiting<Q, A>[] = [];
  /** The statement that the next one waits for. */
  let awaited: symbol | undefined;

  function go(): void {
    if (awaited !== undefined || waiting.length === 0) return;
    const asked = waiting.slice(0, most);
    waiting = waiting.slice(most);
    const mine = Symbol();
    const next = () => {
      if (awaited !== mine) return;
      awaited = undefined;
      go();
    };
    awaited = mine;
    const timer = setTimeout(next, patience);
    void settle(asked, () => {
      clearTimeout(timer);
      next();
    });
  }

  async function settle(asked: readonly Waiting<Q, A>[], onAnswer?: () => void): Promise<void> {
    try {
      const answers = await ask(asked.map(({ question }) => question)).finally(onAnswer);
      // The next statement goes out first: what is done with answers takes far longer than that.
      if (awaited !== undefined) await new Promise((resolve) => setImmediate(resolve));
      if (answers.length !== asked.length) throw new Error("as many answers as questions");
      for (const [at, { resolve }] of asked.entries()) resolve(answers[at] as A);
    } catch (error) {
      // A problem is the database's own: it is away, or late.
      if (asked.length > 1 && !(error instanceof Problem)) {
        for (const one of asked) void settle([one]);
      } else for (const { reject } of asked) reject(error);
    }
  }

  return (question) =>
    new Promise((resolve, reject) => {
      refuseInTransaction();
      waiting.push({ question, resolve, reject });
      if (waiting.length === 1) setImmediate(inOwnContext, go);
    });
}

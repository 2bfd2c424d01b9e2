type Waiting<Q, A> = Readonly<{
  question: Q;
  resolve: (answer: A) => void;
  reject: (error: unknown) => void;
}>;

/**
 * Lets questions that come in one turn of the event loop go to the database together: under load, one
 * statement for many requests costs little more than one for each. Nobody waits for a statement that is
 * under way already. Not inside a transaction.
 * @param ask - one statement for all; its answers are in the order of the questions.
 */
export function joined<Q, A>(
  ask: (questions: readonly Q[]) => Promise<readonly A[]>,
): (question: Q) => Promise<A> {
  let waiting: Waiting<Q, A>[] = [];

  async function go(): Promise<void> {
    const asked = waiting;
    waiting = [];
    try {
      const answers = await ask(asked.map(({ question }) => question));
      if (answers.length !== asked.length) throw new Error("as many answers as questions");
      for (const [at, { resolve }] of asked.entries()) resolve(answers[at] as A);
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  }

  return (question) =>
    new Promise((resolve, reject) => {
      waiting.push({ question, resolve, reject });
      if (waiting.length === 1) setImmediate(() => void go());
    });
}

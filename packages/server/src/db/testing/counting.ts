import type { KyselyPlugin } from "kysely";

/** Tells of every statement by its answer: one that was compiled before is not seen on its way there. */
export function counting(onStatement: () => void): KyselyPlugin {
  return {
    transformQuery: ({ node }) => node,
    transformResult: ({ result }) => {
      onStatement();
      return Promise.resolve(result);
    },
  };
}

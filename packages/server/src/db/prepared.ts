import type { PostgresPoolClient } from "kysely";
import type { PoolClient } from "pg";

/** What a connection keeps prepared. Lists of values make a statement of their own for each length. */
const most = 300;

const mayBePrepared = /^\s*(?:select|insert|update|delete|with)\s/i;

/**
 * Lets each connection keep statements prepared, so that they are parsed and planned once: half the work
 * of a short one. Which statements that are is shared by the connections of a pool.
 */
export function createPreparing(): (client: PoolClient) => PostgresPoolClient {
  const names = new Map<string, string>();
  const nameOf = (text: string) => {
    const known = names.get(text);
    if (known !== undefined || names.size >= most || !mayBePrepared.test(text)) return known;
    const name = `portafilter_${names.size}`;
    names.set(text, name);
    return name;
  };
  return (client) => {
    const query = (text: string, values: readonly unknown[]) => {
      const name = nameOf(text);
      return client.query({ text, values: [...values], ...(name === undefined ? {} : { name }) });
    };
    return {
      query: query as unknown as PostgresPoolClient["query"],
      release: (destroy) => {
        client.release(destroy);
      },
    };
  };
}

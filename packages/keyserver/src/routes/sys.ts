import type { KeyObject } from "node:crypto";
import * as z from "zod";
import { mintToken } from "../access/token.ts";
import { parseRootKey, RootKeyError } from "../crypto/root-key.ts";
import { type AskedOpenly, looseText, type Reply, type Route, readBody } from "../http/route.ts";
import type { Metrics } from "../metrics.ts";
import { Refusal, refusals } from "../refusal.ts";
import type { Seal } from "../seal.ts";
import { NotPrivateError } from "../store/durable.ts";
import { StoreError } from "../store/sealed-file.ts";

/** What clients of OpenBao look for; the number is that of the API that is spoken. */
const version = "2.6.2";

function health({ query, seal }: AskedOpenly): Reply {
  const opened = seal.opened();
  const sealed = opened === null;
  const cluster = opened === null ? {} : clusterOf(opened.store.state().clusterId);
  const mode = sealed ? "unknown" : "disabled";
  return {
    status: sealed ? statusFrom(query, "sealedcode", 503) : statusFrom(query, "activecode", 200),
    top: {
      initialized: true,
      sealed,
      standby: sealed,
      replication_performance_mode: mode,
      replication_dr_mode: mode,
      server_time_utc: Math.floor(Date.now() / 1000),
      version,
      ...cluster,
    },
  };
}

/** One key opens the store: a threshold of 1 of 1. */
function sealStatus(seal: Seal): Reply {
  const opened = seal.opened();
  return {
    top: {
      type: "shamir",
      initialized: true,
      sealed: opened === null,
      t: 1,
      n: 1,
      progress: 0,
      nonce: "",
      recovery_seal: false,
      version,
      commit_date: "",
      migration: false,
      ...(opened === null ? {} : clusterOf(opened.store.state().clusterId)),
      storage_type: "file",
    },
  };
}

const unsealFields = z.object({ key: looseText.default("") });

async function unseal({ body, seal }: AskedOpenly): Promise<Reply> {
  const { fields } = readBody(unsealFields, body);
  const rootKey = rootKeyOf(fields.key);
  try {
    await seal.unseal(rootKey);
  } catch (error) {
    const isExpected = error instanceof StoreError || error instanceof NotPrivateError;
    throw isExpected ? new Refusal(400, error.message) : error;
  }
  return sealStatus(seal);
}

/** For an operator who lost the token: who has the root key and the machine can make another one. */
const createOperatorToken =
  (write: (token: string) => Promise<void>) =>
  async ({ body, seal }: AskedOpenly): Promise<Reply> => {
    const { fields } = readBody(unsealFields, body);
    const opened = seal.opened();
    if (opened === null) throw refusals.sealed();
    if (!(await seal.isRootKey(rootKeyOf(fields.key)))) throw new Refusal(400, "wrong root key");
    const { text, token } = mintToken(["operator"], null);
    await opened.store.change((state) => ({
      ...state,
      tokens: new Map([...state.tokens, [token.hash, token]]),
    }));
    await write(text);
    return null;
  };

function rootKeyOf(text: string): KeyObject {
  try {
    return parseRootKey(text);
  } catch (error) {
    throw error instanceof RootKeyError ? new Refusal(400, error.message) : error;
  }
}

const clusterOf = (id: string) => ({ cluster_name: "portafilter-keyserver", cluster_id: id });

function statusFrom(query: URLSearchParams, name: string, otherwise: number): number {
  const wanted = query.get(name);
  return wanted !== null && /^[2-5]\d\d$/.test(wanted) ? Number(wanted) : otherwise;
}

/** What these routes need of the server. */
export type SysParts = {
  readonly seal: Seal;
  readonly metrics: Pick<Metrics, "text">;
  /** Puts a new operator's token where the first one was. */
  readonly writeOperatorToken: (token: string) => Promise<void>;
};

/** The server itself: is it up, is it sealed, what did it do. */
export function createSysRoutes({ seal, metrics, writeOperatorToken }: SysParts): readonly Route[] {
  return [
    { path: "sys/health", access: "anyone", action: "read", name: "sys.health", run: health },
    {
      path: "sys/seal-status",
      access: "anyone",
      action: "read",
      name: "sys.seal-status",
      run: () => sealStatus(seal),
    },
    { path: "sys/unseal", access: "machine", action: "update", name: "sys.unseal", run: unseal },
    {
      path: "sys/operator-token",
      access: "machine",
      action: "update",
      name: "sys.operator-token",
      run: createOperatorToken(writeOperatorToken),
    },
    {
      path: "sys/seal",
      access: "token",
      on: {
        update: {
          name: "sys.seal",
          changes: true,
          run: async () => {
            await seal.seal();
            return null;
          },
        },
      },
    },
    {
      path: "sys/metrics",
      access: "token",
      on: {
        read: {
          name: "sys.metrics",
          run: ({ query }) => {
            // OpenBao's other format is one of its own.
            if ((query.get("format") ?? "prometheus") !== "prometheus") throw refusals.absent();
            return { text: metrics.text() };
          },
        },
      },
    },
  ];
}

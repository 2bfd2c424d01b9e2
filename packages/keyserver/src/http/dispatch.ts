import { capabilitiesAt } from "../access/policy.ts";
import { accessorOf, findToken, type Token } from "../access/token.ts";
import type { Audit } from "../audit.ts";
import { describeError, log } from "../log.ts";
import type { Metrics } from "../metrics.ts";
import { Refusal, refusals } from "../refusal.ts";
import type { Opened, Seal } from "../seal.ts";
import { type Answer, answerOf, answerOfRefusal } from "./answer.ts";
import { bodySizes } from "./limits.ts";
import type { Action, Asked, Operation, Reply } from "./route.ts";
import type { Match } from "./router.ts";

/** A request, apart from the protocol that brought it. */
export type Call = {
  readonly method: string;
  /** As on the wire, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Whether it came over the socket in the data folder. */
  readonly fromMachine: boolean;
  readonly token: string | undefined;
  readonly namespace: string | undefined;
  readonly wrapTtl: string | undefined;
  /** Is told whether the caller has shown a token that is known. */
  readonly known: (isKnown: boolean) => void;
  /**
   * Reads the body, once the request is known to be allowed. Nothing of it is here before.
   * @param most - bytes that it may have.
   * @param owner - whose it is.
   */
  readonly body: (most: number, owner: string) => Promise<Asked["body"]>;
};

/** What dispatching needs from the rest of the server. */
export type Parts = {
  readonly find: (path: string) => Match | null;
  readonly seal: Seal;
  readonly audit: Pick<Audit, "write">;
  readonly metrics: Pick<Metrics, "observe">;
};

/** What became known of a request on its way, for audit and metrics. */
type Trace = {
  operation: string;
  key: string | null;
  accessor: string | null;
  items?: number;
  durable: boolean;
  audited: boolean;
};

const actions: Readonly<Record<string, Action>> = {
  GET: "read",
  POST: "update",
  PUT: "update",
  DELETE: "delete",
};

/**
 * Makes the function that answers requests: seal, token, policy, path, method, body, in this order,
 * so that a caller learns nothing beyond its rights. No answer leaves before its audit line is written.
 */
export function createDispatch(parts: Parts): (call: Call) => Promise<Answer> {
  return async (call) => {
    const started = performance.now();
    const trace: Trace = {
      operation: "unknown",
      key: null,
      accessor: null,
      durable: false,
      audited: true,
    };
    let answer: Answer;
    try {
      answer = answerOf(await perform(parts, call, trace));
    } catch (error) {
      answer = answerOfError(error);
    }
    try {
      if (trace.audited) {
        const { operation, key, accessor, items, durable } = trace;
        const entry = { operation, key, accessor, status: answer.status };
        parts.audit.write(items === undefined ? entry : { ...entry, items }, durable);
      }
    } catch (error) {
      answer = answerOfError(error);
    }
    parts.metrics.observe(trace.operation, answer.status, (performance.now() - started) / 1000);
    return answer;
  };
}

async function perform(parts: Parts, call: Call, trace: Trace): Promise<Reply> {
  if (!call.path.startsWith("/v1/")) throw refusals.absent();
  const path = call.path.slice("/v1/".length);
  const match = parts.find(path);
  const action = call.method === "GET" && isList(call) ? "list" : actions[call.method];

  if (match !== null && match.route.access !== "token") {
    const { route } = match;
    const isHead = call.method === "HEAD" && route.action === "read";
    if (route.access === "anyone" || call.fromMachine) {
      trace.operation = route.name;
      // Whoever watches the server's health must not fill its log.
      trace.audited = route.access === "machine";
      trace.durable = trace.audited;
      if (action !== route.action && !isHead) throw refusals.unsupportedOperation();
      const body = await call.body(sizeOf(route.action), "");
      return await route.run({ query: call.query, body, seal: parts.seal });
    }
  }

  const opened = parts.seal.opened();
  if (opened === null) throw refusals.sealed();
  const state = opened.store.state();
  const token = findToken(state.tokens, call.token);
  call.known(token !== null);
  if (token === null) throw refusals.unknownToken();
  const accessor = accessorOf(token);
  trace.accessor = accessor;
  if ((call.namespace ?? "") !== "") throw refusals.unknownNamespace();

  const route = match?.route.access === "token" ? match.route : null;
  const params = match?.params ?? {};
  const keyNow = () => existingKey(opened, params);
  trace.key = keyNow();
  const operation = action === undefined ? undefined : route?.on[action];
  trace.operation = operation?.name ?? "unknown";
  assertAllowed(opened, token, path, action, operation, params);
  if (route === null) throw unknownPath(path);
  if (operation === undefined) throw refusals.unsupportedOperation();
  // The client wants the answer kept back for somebody else; it must not get it in the clear.
  if (call.wrapTtl !== undefined) throw refusals.noWrapping();

  trace.durable = operation.changes ?? false;
  const body = await call.body(sizeOf(action, operation), accessor);
  // A body may take its time, and the server may have been sealed meanwhile.
  if (parts.seal.opened() !== opened) throw refusals.sealed();
  const reply = await operation.run({ params, query: call.query, token, opened, body });
  trace.key ??= keyNow();
  if (reply?.items !== undefined) trace.items = reply.items;
  return reply;
}

/** Bytes that a body may have. Reading, listing and deleting are said in full by the path. */
function sizeOf(action: Action | undefined, operation?: Operation): number {
  return operation?.body ?? (action === "update" ? bodySizes.small : bodySizes.none);
}

/** The name of the key that is meant; null when there is none, for then the "name" could be anything. */
function existingKey(opened: Opened, { name }: Asked["params"]): string | null {
  return name !== undefined && opened.store.state().rings.has(name) ? name : null;
}

function assertAllowed(
  opened: Opened,
  token: Token,
  path: string,
  action: Action | undefined,
  operation: Operation | undefined,
  params: Asked["params"],
): void {
  if (action === undefined) throw refusals.unsupportedOperation();
  const state = opened.store.state();
  const allowed = capabilitiesAt(state.policies, token.policies, path);
  const isNew = action === "update" && operation?.exists?.(state, params) === false;
  if (!allowed.has(isNew ? "create" : action)) throw refusals.notAllowed();
}

function isList(call: Call): boolean {
  return call.query.get("list") === "true";
}

function unknownPath(path: string): Refusal {
  const isMounted = /^(?:transit|sys|auth\/token)(?:\/|$)/.test(path);
  return isMounted ? refusals.unsupportedPath() : refusals.unknownMount(path.slice(0, 256));
}

function answerOfError(error: unknown): Answer {
  if (error instanceof Refusal) return answerOfRefusal(error);
  log("request.failed", describeError(error));
  return answerOfRefusal(refusals.internal());
}

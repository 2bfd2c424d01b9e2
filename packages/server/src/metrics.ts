import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { PoolState } from "./db/pool-state.ts";
import type { Seen } from "./http/watch.ts";
import type { KeyFailure } from "./keys/failure.ts";

/** Counts for operators. No label is an address, a name or anything else that came from outside. */
export type Metrics = Readonly<{
  request: (seen: Seen) => void;
  keyServerFailure: (reason: KeyFailure) => void;
  /** Events that one transaction of the audit wrote. */
  auditBatch: (events: number) => void;
  /** Whom to ask for the pool's state when somebody reads the metrics. */
  watchPool: (read: () => PoolState | undefined) => void;
  /** All of it in Prometheus' text format. */
  text: () => Promise<string>;
  type: string;
}>;

/** Makes a set of metrics of its own, so that two servers in one process do not mix. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });

  const requests = new Counter({
    name: "portafilter_requests_total",
    help: "Requests answered, by method, route and status.",
    labelNames: ["method", "route", "status"],
    registers,
  });
  const durations = new Histogram({
    name: "portafilter_request_duration_seconds",
    help: "Time until an answer began, by route.",
    labelNames: ["route"],
    buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10],
    registers,
  });
  const failures = new Counter({
    name: "portafilter_key_server_failures_total",
    help: "Calls to the key server that failed, or were not made because it failed before.",
    labelNames: ["reason"],
    registers,
  });
  const batches = new Histogram({
    name: "portafilter_audit_batch_events",
    help: "Events that were written to the audit in one transaction.",
    buckets: [1, 2, 5, 10, 20, 50, 100, 200],
    registers,
  });
  let readPool: () => PoolState | undefined = () => undefined;
  new Gauge({
    name: "portafilter_database_connections",
    help: "Connections to the database, and requests that wait for one.",
    labelNames: ["state"],
    registers,
    collect() {
      for (const [state, count] of Object.entries(readPool() ?? {})) this.set({ state }, count);
    },
  });

  return {
    request: ({ method, route, status, seconds }) => {
      requests.inc({ method, route, status });
      durations.observe({ route }, seconds);
    },
    keyServerFailure: (reason) => {
      failures.inc({ reason });
    },
    auditBatch: (events) => {
      batches.observe(events);
    },
    watchPool: (read) => {
      readPool = read;
    },
    text: () => registry.metrics(),
    type: registry.contentType,
  };
}

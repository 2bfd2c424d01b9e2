import { expect, test, vi } from "vitest";
import { createMetrics } from "./metrics.ts";
import { createMetricsApp } from "./metrics-app.ts";
import { platform, testServer } from "./testing/server.ts";

test("metrics count requests by route and status, failures of the key server, audit batches, connections", async () => {
  const metrics = createMetrics();
  const readiness = () => Promise.resolve({});
  const { ask } = await testServer({ parts: { count: metrics.request } });
  await ask(`${platform}/healthz`);
  await ask(`${platform}/no-such-page`);
  metrics.keyServerFailure("late");
  metrics.auditBatch(3);
  metrics.watchPool(() => ({ total: 5, idle: 2, waiting: 1 }));
  const answer = await createMetricsApp(metrics, readiness).fetch(
    new Request("http://127.0.0.1:9/metrics"),
    {},
  );
  expect(answer.headers.get("content-type")).toMatch(/^text\/plain/);
  const text = await answer.text();
  const requests = 'portafilter_requests_total{method="GET",route="platform"';
  expect(text).toContain(`${requests},status="200"} 1`);
  expect(text).toContain(`${requests},status="404"} 1`);
  expect(text).toContain('portafilter_request_duration_seconds_count{route="platform"} 2');
  expect(text).toContain('portafilter_key_server_failures_total{reason="late"} 1');
  expect(text).toContain("portafilter_audit_batch_events_sum 3");
  expect(text).toContain('portafilter_database_connections{state="waiting"} 1');
});

test("metrics are nothing that a visitor reaches", async () => {
  const { ask } = await testServer();
  const answer = await ask(`${platform}/metrics`);
  expect(answer.status).toBe(404);
  expect(await answer.text()).toContain("host page");
});

test("/readyz names what does not answer, and nothing else; /healthz needs nobody", async () => {
  const readiness = vi.fn(() => Promise.resolve({ database: true, keyServer: false }));
  const { ask } = await testServer({ parts: { readiness } });
  const answer = await ask(`${platform}/readyz`);
  expect(answer.status).toBe(503);
  expect(await answer.json()).toEqual({ status: "unavailable", missing: ["keyServer"] });
  expect((await ask(`${platform}/healthz`)).status).toBe(200);
  // Whoever asks often does not make us ask often.
  await Promise.all(Array.from({ length: 50 }, () => ask(`${platform}/readyz`)));
  expect(readiness.mock.calls.length).toBeLessThan(10);
});

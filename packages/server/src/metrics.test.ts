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
  const headers = { host: "127.0.0.1:9" };
  const answer = await createMetricsApp(metrics, readiness, "pycafe.localhost").fetch(
    new Request("http://127.0.0.1:9/metrics", { headers }),
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

test("attack D13: a name that was made to lead to this machine is told nothing of the metrics", async () => {
  const app = createMetricsApp(createMetrics(), () => Promise.resolve({}), "portafilter.example");
  const statusFor = async (host: string | undefined) => {
    const headers = host === undefined ? {} : { host };
    for (const path of ["/metrics", "/healthz", "/readyz"]) {
      const answer = await app.fetch(new Request(`http://127.0.0.1:9${path}`, { headers }), {});
      if (answer.status !== 200) return answer.status;
    }
    return 200;
  };
  const foreign = [
    "evil.test:9",
    "127.0.0.1.evil.test:9",
    "evil.localhost:9",
    "localhost.evil.test",
  ];
  for (const host of [...foreign, "", undefined]) expect(await statusFor(host), host).toBe(421);
  for (const host of ["127.0.0.1:9", "localhost:9", "LOCALHOST", "[::1]:9", "portafilter.example"])
    expect(await statusFor(host), host).toBe(200);
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

import { describe, expect, it } from "vitest";
import { createMetrics } from "./metrics.ts";

const line =
  /^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z]+="[^"\n]*"(,[a-z]+="[^"\n]*")*\})? [0-9.e+-]+)$/;

describe("metrics", () => {
  it("are counts by operation and status, a histogram and gauges, in Prometheus' text format", () => {
    const read = () =>
      new Map([
        ["", 3],
        ['key="k"', 4],
      ]);
    const metrics = createMetrics([{ name: "portafilter_some_gauge", help: "Some.", read }]);
    for (const seconds of [0.0001, 0.002, 0.002, 99]) metrics.observe("encrypt", 200, seconds);
    metrics.observe("encrypt", 403, 0.001);
    const text = metrics.text();
    expect(text.endsWith("\n")).toBe(true);
    for (const one of text.trimEnd().split("\n")) expect(one).toMatch(line);
    const expected = [
      'portafilter_keyserver_requests_total{operation="encrypt",status="200"} 4',
      'portafilter_keyserver_requests_total{operation="encrypt",status="403"} 1',
      'portafilter_keyserver_request_seconds_bucket{operation="encrypt",le="0.0005"} 1',
      'portafilter_keyserver_request_seconds_bucket{operation="encrypt",le="0.001"} 2',
      'portafilter_keyserver_request_seconds_bucket{operation="encrypt",le="0.0025"} 4',
      'portafilter_keyserver_request_seconds_bucket{operation="encrypt",le="5"} 4',
      'portafilter_keyserver_request_seconds_bucket{operation="encrypt",le="+Inf"} 5',
      'portafilter_keyserver_request_seconds_count{operation="encrypt"} 5',
      "portafilter_some_gauge 3",
      'portafilter_some_gauge{key="k"} 4',
    ];
    for (const one of expected) expect(text.split("\n")).toContain(one);
  });
});

import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { connectionLimits } from "./connection-limits.ts";

const openFiles = Number(execFileSync("/bin/sh", ["-c", "ulimit -n"], { encoding: "utf8" }));

test("attack D11: there are fewer connections than files, however many the system allows", () => {
  const { mostConnections } = connectionLimits({ host: "0.0.0.0", trustedProxies: 0 });
  expect(mostConnections).toBeLessThanOrEqual(10_000);
  if (Number.isFinite(openFiles)) expect(mostConnections).toBeLessThanOrEqual(openFiles * 0.75);
});

test.for([
  ["0.0.0.0", 0, true],
  ["192.0.2.1", 0, true],
  // Everybody comes from the proxy's address, which is no reason to have less.
  ["0.0.0.0", 1, false],
  ["127.0.0.1", 0, false],
  ["localhost", 0, false],
  ["::1", 0, false],
] as const)(
  "on %s behind %s proxies one address has a share of its own: %s",
  ([host, trustedProxies, hasShare]) => {
    const { mostConnections, mostOfAddress } = connectionLimits({ host, trustedProxies });
    expect(mostOfAddress < mostConnections).toBe(hasShare);
  },
);

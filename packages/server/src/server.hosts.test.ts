import { describe, expect, test } from "vitest";
import { createSites } from "./http/sites.ts";
import { platform, testServer } from "./testing/server.ts";

const sites = createSites({
  platformOrigin: platform,
  platformHost: "pycafe.localhost",
  appsDomain: "apps.test",
});

describe("which site a host name means", () => {
  test.for([
    ["pycafe.localhost:8080", "platform"],
    ["PyCafe.localhost:8080", "platform"],
    ["abc.apps.test:8080", "app"],
    ["a-1.apps.test:8080", "app"],
  ] as const)("%s: %s", ([host, kind]) => {
    expect(sites.of(host).kind).toBe(kind);
  });

  test.for([
    undefined,
    "",
    "pycafe.localhost",
    "pycafe.localhost:80",
    "pycafe.localhost:8081",
    "pycafe.localhost.:8080",
    "pycafe.localhost.evil.test:8080",
    "evilpycafe.localhost:8080",
    "abc.pycafe.localhost:8080",
    "apps.test:8080",
    ".apps.test:8080",
    "a.b.apps.test:8080",
    "-a.apps.test:8080",
    "a_b.apps.test:8080",
    `${"a".repeat(64)}.apps.test:8080`,
    "abc.apps.test",
    "abc.apps.test:8080:8080",
    "abc@apps.test:8080",
    "127.0.0.1:8080",
  ])("%s: none", (host) => {
    expect(sites.of(host).kind).toBe("none");
  });
});

test("a host that is none is answered with the table's text", async () => {
  const { ask } = await testServer();
  const response = await ask("http://evil.test/");
  expect(response.status).toBe(421);
  expect(await response.json()).toEqual({
    error: { code: "wrong_host", message: "This server does not serve that host name." },
  });
});

test("an address that names another host than the Host header is refused", async () => {
  const { app } = await testServer();
  const response = await app.request(`${platform}/`, {
    headers: { host: "app1.pycafe.localhost:8080" },
  });
  expect(response.status).toBe(421);
});

test("the platform's files are not on app origins, nor the other way round", async () => {
  const { ask } = await testServer();
  expect((await ask("http://app1.pycafe.localhost:8080/assets/index-abc123.js")).status).toBe(404);
  const frame = await ask(`${platform}/_portafilter/frame`);
  expect(await frame.text()).toContain("host page");
});

import { describe, expect, test } from "vitest";
import { withoutAccounts } from "./account-parts.ts";
import { securityHeaders } from "./http/headers.ts";
import { fromOwnPage } from "./http/testing/api.ts";
import { createLog } from "./log.ts";
import { wheels } from "./testing/packages.ts";
import { appOrigin, platform, testServer } from "./testing/server.ts";
import { tooLongGuard } from "./too-long.ts";

const { api } = withoutAccounts({
  log: createLog("silent"),
  platformOrigin: platform,
  trustedProxies: 0,
});
const zeros = "0".repeat(64);

/** One address for every kind of answer: pages, files, redirect-like, errors, refusals. */
const everywhere: [url: string, status: number, init?: RequestInit][] = [
  [`${platform}/`, 200],
  [`${platform}/snippet/streamlit/v1`, 200],
  [`${platform}/how-it-works`, 200],
  [`${platform}/nobody/nothing`, 404],
  [`${platform}/settings/nothing`, 404],
  [`${platform}/no-such-page`, 404],
  [`${platform}/assets/index-abc123.js`, 200],
  [`${platform}/assets/none.js`, 404],
  [`${platform}/icon.svg`, 200],
  [`${platform}/healthz`, 200],
  [`${platform}/api/v1/none`, 404],
  [`${platform}/api/v1/session`, 200, { headers: fromOwnPage }],
  [`${platform}/api/v1/session`, 403],
  [`${platform}/api/v1/session`, 405, { method: "DELETE", headers: fromOwnPage }],
  [`${platform}/`, 405, { method: "POST" }],
  [`${platform}/`, 200, { method: "HEAD" }],
  [`${platform}/sw.js`, 404, { headers: { "service-worker": "script" } }],
  [`${appOrigin}/_portafilter/frame`, 200],
  [`${appOrigin}/_portafilter/frame?run=1`, 200],
  [`${appOrigin}/_portafilter/sw.js`, 200],
  [`${appOrigin}/_portafilter/sync`, 409],
  [`${appOrigin}/_portafilter/none`, 404],
  [`${appOrigin}/_portafilter/packages/${zeros}/x-1.whl`, 404],
  [`${appOrigin}/_portafilter/packages/${wheels.both.sha256}/${wheels.both.file}`, 200],
  [`${appOrigin}/_portafilter/members/${zeros}/x.js`, 404],
  [`${appOrigin}/_portafilter/index/both/`, 200],
  [`${appOrigin}/_portafilter/index/none/`, 404],
  [`${appOrigin}/`, 404],
  [`${appOrigin}/some/page`, 404],
  [`${appOrigin}/`, 405, { method: "POST" }],
  [`${appOrigin}/evil.js`, 403, { headers: { "service-worker": "script" } }],
  ["http://evil.test/", 421],
];

test.for(everywhere)("%s, %i: the headers that every answer has", async ([url, status, init]) => {
  const { ask } = await testServer({ parts: { api } });
  const response = await ask(url, init);
  expect(response.status).toBe(status);
  const header = (name: string) => response.headers.get(name);
  expect(header("x-content-type-options")).toBe("nosniff");
  expect(header("referrer-policy")).toBe("no-referrer");
  expect(header("cross-origin-opener-policy")).toBe("same-origin");
  expect(header("cross-origin-resource-policy")).toBe("same-origin");
  expect(header("origin-agent-cluster")).toBe("?1");
  expect(header("permissions-policy")).toMatch(/camera=\(\).*clipboard-read=\(\).*usb=\(\)/);
  const own = url.startsWith(platform) ? "(self)" : "()";
  for (const feature of [
    "clipboard-write",
    "publickey-credentials-create",
    "publickey-credentials-get",
  ])
    expect(header("permissions-policy")).toContain(`${feature}=${own}`);
  expect(header("access-control-allow-origin")).toBeNull();
  const csp = header("content-security-policy") ?? "";
  expect(csp).toContain("default-src 'none'");
  // C1: nobody may frame the platform, and only the platform an app's origin.
  const framers = url.startsWith(appOrigin) ? platform : "'none'";
  expect(/frame-ancestors ([^;]*)/.exec(csp)?.[1]).toBe(framers);
});

describe("the policy", () => {
  test("of the host page: own scripts, own styles, apps' frames, no injection sinks", async () => {
    const { ask } = await testServer();
    const csp = (await ask(`${platform}/`)).headers.get("content-security-policy")?.split("; ");
    expect(csp).toContain(`script-src 'self' ${tooLongGuard.source}`);
    expect(csp).toContain("style-src 'self'");
    expect(csp).toContain("connect-src 'self'");
    expect(csp).toContain("frame-src http://*.pycafe.localhost:8080");
    expect(csp).toContain("require-trusted-types-for 'script'");
    expect(csp).toContain("trusted-types portafilter-border");
  });

  test("of the runtime frame lets WebAssembly run and nothing foreign be framed or embedded", async () => {
    const { ask } = await testServer();
    const csp = (await ask(`${appOrigin}/_portafilter/frame`)).headers
      .get("content-security-policy")
      ?.split("; ");
    expect(csp).toContain("script-src 'self' 'wasm-unsafe-eval' 'unsafe-eval'");
    expect(csp).toContain("object-src 'none'");
    expect(csp).toContain("base-uri 'none'");
  });

  test("HSTS where the platform is reached by https, and only there", () => {
    const csp = "default-src 'none'";
    expect(securityHeaders(csp, true)).toHaveProperty("strict-transport-security");
    expect(securityHeaders(csp, false)).not.toHaveProperty("strict-transport-security");
  });
});

test("the host page is told where apps live", async () => {
  const { ask } = await testServer();
  const page = await (await ask(`${platform}/`)).text();
  expect(page).toContain('<meta name="portafilter-apps" content="pycafe.localhost:8080" />');
});

import type { TestProject } from "vitest/node";
import { startRealKeyServer } from "../../packages/server/src/keys/testing/real-key-server.ts";
import { startApart } from "./apart.ts";
import { startTlsProxy } from "./tls-proxy.ts";

const host = "portafilter.test";
const appsDomain = "pf-apps.example";

/** The layout of production (docs/operating.md): two registrable domains, PostgreSQL, a key server, TLS in front. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const platform = `https://${host}`;
  const keys = await startRealKeyServer();
  const server = await startApart({
    keys,
    env: {
      PLATFORM_HOST: host,
      APPS_DOMAIN: appsDomain,
      PUBLIC_URL: platform,
      TRUSTED_PROXIES: "1",
    },
  });
  const listening = `http://127.0.0.1:${new URL(server.origin).port}`;
  const proxy = await startTlsProxy([host, `*.${appsDomain}`], listening);
  const { port, authority } = proxy;
  project.provide("layout", {
    platform,
    appsHost: appsDomain,
    server: listening,
    proxy: { port, authority },
  });
  return async () => {
    await proxy.stop();
    await server.stop();
    await keys.remove();
  };
}

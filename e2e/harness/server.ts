import type { TestProject } from "vitest/node";
import { freePort, startServer } from "./process.ts";

/** One server for all browser tests, platform and apps on one domain; its cache of packages is kept between runs. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startServer({
    PORT: await freePort(),
    DATA_DIR: process.env.E2E_DATA_DIR ?? "test-results/data",
  });
  const { host, port } = new URL(server.address);
  project.provide("layout", {
    platform: server.address,
    appsHost: host,
    server: `http://127.0.0.1:${port}`,
    proxy: null,
  });
  return async () => {
    await server.stop();
  };
}

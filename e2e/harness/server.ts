import type { TestProject } from "vitest/node";
import { freePort, startServer } from "./process.ts";

declare module "vitest" {
  // The context that vitest hands from set-up to tests is typed by augmentation.
  // eslint-disable-next-line @typescript-eslint/consistent-type-definitions
  export interface ProvidedContext {
    address: string;
  }
}

/** One server for all browser tests; its cache of packages is kept between runs. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startServer({
    PORT: await freePort(),
    DATA_DIR: process.env.E2E_DATA_DIR ?? "test-results/data",
  });
  project.provide("address", server.address);
  return async () => {
    await server.stop();
  };
}

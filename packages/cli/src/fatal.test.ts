import { createServer } from "@portafilter/server";
import { expect, test } from "vitest";
import { createRefusingApi } from "../../server/src/http/api.ts";
import { testPackages } from "../../server/src/testing/packages.ts";
import { lineForPeople } from "./fatal.ts";

test("what is not built is a line that says what to do, an error of any other kind is none", async () => {
  const packages = await testPackages();
  const { dataDir, log } = packages;
  const host = "pycafe.localhost";
  const origin = `http://${host}:8080`;
  const started = createServer({
    config: {
      dataDir,
      platformOrigin: origin,
      platformHost: host,
      appsDomain: host,
      compress: "never",
      trustedProxies: 0,
    },
    packages,
    folders: { runner: "/nowhere/runner", web: "/nowhere/web", pyodide: "/nowhere/pyodide" },
    api: () => createRefusingApi("not_found", log),
    readiness: () => Promise.resolve({}),
    count: () => undefined,
    log,
  });
  const error: unknown = await started.catch((thrown: unknown) => thrown);
  expect(lineForPeople(error)).toBe("/nowhere/runner is missing: run make build");
  expect(lineForPeople(new Error("canary"))).toBeUndefined();
});

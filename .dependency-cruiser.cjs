/** The walls of docs/architecture.md: who may import whom. */
const only = (name, from, allowed) => ({
  name,
  severity: "error",
  from: { path: `^packages/${from}/`, pathNot: "\\.test\\.tsx?$" },
  to: {
    path: "^packages/",
    pathNot: [`^packages/${from}/`, ...allowed.map((a) => `^packages/${a}/`)],
  },
});
module.exports = {
  forbidden: [
    { name: "no-circular", severity: "error", from: {}, to: { circular: true } },
    only("envelope-imports-nothing", "envelope", []),
    only("protocol-imports-nothing", "protocol", []),
    only("keyserver-walls", "keyserver", ["envelope", "protocol"]),
    only("server-walls", "server", ["envelope", "protocol"]),
    only("web-walls", "web", ["protocol"]),
    only("runner-walls", "runner", ["protocol"]),
    only("cli-walls", "cli", ["keyserver", "server", "protocol", "envelope"]),
    {
      name: "only-envelope-and-keyserver-touch-ciphers",
      severity: "error",
      from: {
        path: "^packages/(server|web|runner|cli|protocol)/",
        pathNot: ["\\.test\\.ts$", "hash\\.ts$", "token\\.ts$"],
      },
      to: { path: "^(node:)?crypto$" },
    },
    {
      name: "protocol-knows-zod-only",
      severity: "error",
      from: { path: "^packages/protocol/src", pathNot: "\\.test\\.ts$" },
      to: { pathNot: ["^packages/protocol/", "node_modules/zod/"] },
    },
    {
      name: "envelope-knows-node-crypto-only",
      severity: "error",
      from: { path: "^packages/envelope/src", pathNot: "\\.test\\.ts$" },
      to: { pathNot: ["^packages/envelope/", "^(node:)?crypto$"] },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "/dist/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "types", "node"],
    },
  },
};

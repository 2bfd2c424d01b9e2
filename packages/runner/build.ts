import { cp, mkdir, rm } from "node:fs/promises";
import { build } from "vite";

/** Builds each script of the app origin into one file: the frame's, the page's, the worker's, the service worker's. */
const dist = new URL("dist/", import.meta.url).pathname;
const src = new URL("src/", import.meta.url).pathname;
const scripts = [
  { name: "frame", entry: "frame/main.ts", format: "es" },
  { name: "worker", entry: "worker/main.ts", format: "es" },
  { name: "sw", entry: "sw/main.ts", format: "iife" },
  { name: "page", entry: "page/main.ts", format: "iife" },
] as const;

await mkdir(dist, { recursive: true });
for (const { name, entry, format } of scripts) {
  await rm(`${dist}${name}.js`, { force: true });
  await build({
    configFile: false,
    logLevel: "warn",
    build: {
      outDir: dist,
      emptyOutDir: false,
      target: "es2022",
      lib: {
        entry: src + entry,
        name: `portafilter_${name}`,
        formats: [format],
        fileName: () => `${name}.js`,
      },
    },
  });
}
await cp(new URL("frame.html", import.meta.url), `${dist}frame.html`);

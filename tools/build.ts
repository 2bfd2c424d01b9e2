import { spawnSync } from "node:child_process";
import { listBuilt } from "../packages/server/src/built.ts";

/** Builds what browsers load: the Python runtime wheel, the runner's scripts and the host page. */
const steps: [name: string, command: string, args: string[]][] = [
  ["Python runtime", "node", ["tools/build-runtime.ts"]],
  ["runner", "npm", ["run", "--silent", "build", "-w", "@portafilter/runner"]],
  ["host page", "npm", ["run", "--silent", "build", "-w", "@portafilter/web"]],
];

for (const [name, command, args] of steps) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8" });
  if (status !== 0) {
    process.stderr.write(
      `${stdout}${stderr}\nThe ${name} could not be built; the lines above say why.\n`,
    );
    process.exit(1);
  }
}

// The server serves nothing else.
await Promise.all(["packages/runner/dist", "packages/web/dist"].map(listBuilt));

import { lockFolder } from "../folder-lock.ts";

/** Takes the folder named by its argument, says so, and holds it until its input ends. */
await lockFolder(process.argv[2] ?? "").then(
  () => {
    console.log("taken");
  },
  (error: unknown) => {
    console.log(error instanceof Error ? error.message : "?");
    process.exit(1);
  },
);
process.stdin.on("end", () => process.exit(0)).resume();

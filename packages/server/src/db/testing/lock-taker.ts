import { lockFolder } from "../folder-lock.ts";

/** Takes the folder named by its argument, says so, and holds it until its input ends. */
try {
  lockFolder(process.argv[2] ?? "");
  console.log("taken");
  process.stdin.on("end", () => process.exit(0)).resume();
} catch (error) {
  console.log(error instanceof Error ? error.message : "?");
}

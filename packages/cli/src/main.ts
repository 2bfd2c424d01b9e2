import { Command } from "commander";
import { lineForPeople } from "./fatal.ts";
import { addKeyServerCommands } from "./keyserver.ts";

const program = new Command("portafilter").description(
  "Runs Python web apps in the visitor's browser and asks the visitor for secrets.",
);

program
  .command("run")
  .description("serve the platform with a key server of its own, as two processes")
  .action(async () => {
    const { run } = await import("./run.ts");
    process.exitCode = await run(console.log);
  });
program
  .command("serve")
  .description("serve the platform and its apps")
  .action(async () => {
    // Loaded only here: the key server's process holds keys, so it must not load the app server.
    const { serve } = await import("./serve.ts");
    await serve(console.log);
  });
addKeyServerCommands(program);

try {
  await program.parseAsync();
  // Fetches in the background must not hold the process up.
  process.exit();
} catch (error) {
  const line = lineForPeople(error);
  if (line === undefined) throw error;
  console.error(line);
  process.exit(1);
}

import { ConfigError } from "@portafilter/server";
import { Command } from "commander";
import { Fatal } from "./fatal.ts";
import { serve } from "./serve.ts";

const program = new Command("portafilter").description(
  "Runs Python web apps in the visitor's browser and asks the visitor for secrets.",
);

program
  .command("serve")
  .description("serve the platform and its apps")
  .action(() => serve(console.log));

try {
  await program.parseAsync();
  // Fetches in the background must not hold the process up.
  process.exit(0);
} catch (error) {
  if (!(error instanceof Fatal || error instanceof ConfigError)) throw error;
  console.error(error.message);
  process.exit(1);
}

import { Command } from "commander";
import own from "../package.json" with { type: "json" };
import { crashIntoServerLog, endWith } from "./crash.ts";
import { addKeyServerCommands } from "./keyserver.ts";
import { settingsHelp } from "./settings-help.ts";

// Databases, keys, caches, sockets: no other user of the machine reads what any command of ours makes.
process.umask(0o077);

/** Of a command that was not understood, and of `audit verify` where it could not look: 1 is a finding. */
const notDone = 2;

const program = new Command("portafilter")
  .description("Runs Python web apps in the visitor's browser and asks the visitor for secrets.")
  .version(own.version)
  .showHelpAfterError("See portafilter --help, or portafilter <command> --help.")
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : notDone))
  .hook("preAction", async (_, command) => {
    const isKeyServers = [command, command.parent].some((one) => one?.name() === "keyserver");
    if (!isKeyServers) await crashIntoServerLog();
  });

program
  .command("run")
  .description("serve the platform with a key server of its own, as two processes")
  .addHelpText("after", settingsHelp("run"))
  .action(async () => {
    const { run } = await import("./run.ts");
    process.exitCode = await run(console.log);
  });
program
  .command("serve")
  .description("serve the platform and its apps")
  .addHelpText("after", settingsHelp("serve"))
  .action(async () => {
    // Loaded only here: the key server's process holds keys, so it must not load the app server.
    const { serve } = await import("./serve.ts");
    await serve(console.log);
  });
program
  .command("account")
  .description("what an operator does for somebody with an account")
  .command("reset-link <email>")
  .description("make the link by which somebody chooses a new password")
  .addHelpText("after", settingsHelp("reset-link"))
  .action(async (email: string) => {
    const { tellResetLink } = await import("./account.ts");
    await tellResetLink(email, console.log, console.error);
  });
program
  .command("audit")
  .description("what was written down of what happened")
  .command("verify")
  .description("find out whether what was written down is still all there, and as it was written")
  .option("--anchor <file>", "where the state of the last time is kept, best on another machine")
  .addHelpText("after", settingsHelp("audit verify"))
  .action(async ({ anchor }: { anchor?: string }) => {
    process.exitCode = notDone;
    const { verifyAudit } = await import("./audit.ts");
    process.exitCode = await verifyAudit(anchor, console.log);
  });
program
  .command("migrate")
  .description("make the tables of the database those of this version")
  .addHelpText("after", settingsHelp("migrate"))
  .action(async () => {
    const { migrate } = await import("./migrate.ts");
    await migrate(console.log);
  });
program
  .command("rotate")
  .description(
    "wrap the keys of all accounts anew, under the newest version of the key server's key",
  )
  .addHelpText("after", settingsHelp("rotate"))
  .action(async () => {
    process.exitCode = notDone;
    const { rotate } = await import("./rotate.ts");
    process.exitCode = await rotate(console.log, console.error);
  });
addKeyServerCommands(program);

// Rejections that nobody handles come here, too.
process.on("uncaughtException", endWith);
try {
  await program.parseAsync();
  // Fetches in the background must not hold the process up.
  process.exit();
} catch (error) {
  endWith(error);
}

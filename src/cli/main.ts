import { Command } from "commander";
import { commands, type CommandEntry } from "./commands/index.ts";
import type { Context } from "./context.ts";
import { reportError } from "./errors.ts";
import { version } from "./version.ts";

/**
 * Runs one command line and resolves to its exit code. Never rejects and never exits the process.
 *
 * @param argv the words after the program's name
 */
export async function main(argv: readonly string[], context: Context): Promise<number> {
  try {
    const program = await programFor(argv, context);
    await program.parseAsync([...argv], { from: "user" });
    return context.exitCode;
  } catch (error) {
    return reportError(error, context, { name: commandNamed(argv)?.name, json: argv.includes("--json") });
  }
}

/** The program with the named command loaded whole; the others lend it their names and summaries. */
async function programFor(argv: readonly string[], context: Context): Promise<Command> {
  const program = configured(new Command("telepath-hooks"), context)
    .description("Receive, send, replay and verify Telepath webhooks on your own machine.")
    .version(version, "-V, --version", "print the version")
    .helpCommand("help [command]", "what a command does and takes")
    .showHelpAfterError(false);

  const named = commandNamed(argv);
  for (const entry of commands) {
    const command = entry === named ? await entry.load(context) : placeholder(entry);
    program.addCommand(configured(command, context));
    for (const child of command.commands) configured(child, context);
  }
  if (argv.length === 0) {
    context.stderr.write(program.helpInformation());
    program.error("error: no command given", { code: "telepath.noCommand" });
  }
  return program;
}

function commandNamed(argv: readonly string[]): CommandEntry | undefined {
  const word = argv.find((candidate) => !candidate.startsWith("-") && candidate !== "help");
  return commands.find(({ name }) => name === word);
}

function placeholder(entry: CommandEntry): Command {
  return new Command(entry.name).summary(entry.summary).description(entry.summary);
}

/** commander hands no settings down by itself: errors are thrown, not printed, and help goes to the context. */
function configured(command: Command, context: Context): Command {
  return command
    .exitOverride()
    .showSuggestionAfterError(true)
    .configureHelp({
      showGlobalOptions: false,
      // A paragraph is broken where the terminal ends, not where our source does.
      commandDescription: (described) => described.description().replaceAll(/\n(?=\S)/g, " "),
    })
    .configureOutput({
      writeOut: (text) => void context.stdout.write(text),
      writeErr: () => {},
      getOutHelpWidth: () => context.stdout.columns ?? 80,
      getErrHelpWidth: () => context.stderr.columns ?? 80,
    });
}

import { Option, type Command } from "commander";
import { dataVariable } from "./settings/project.ts";
import { secretVariable } from "./settings/secrets.ts";
import { collected } from "./values.ts";

/** What every command takes. */
export interface CommonFlags {
  json?: boolean;
  color?: boolean;
  dataDir?: string;
}

export function commonOptions(command: Command): Command {
  return command
    .addOption(new Option("--json", "one JSON object per line on stdout, and nothing else"))
    .addOption(new Option("--data-dir <folder>", `where the history is kept (env: ${dataVariable})`))
    .addOption(new Option("--color", "colour even when stdout is no terminal"))
    .addOption(new Option("--no-color", "no colour"));
}

/** The options that give signing secrets; `secrets.ts` has the rest of the order. */
export interface SecretFlags {
  secret?: string;
  secretFile?: string[];
}

export function secretOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--secret-file <path>", "file with the signing secret, - for standard input (repeatable)").argParser(
        collected,
      ),
    )
    .addOption(
      new Option(
        "--secret <value>",
        `the signing secret itself; better not: other users of this machine can see it (env: ${secretVariable})`,
      ),
    );
}

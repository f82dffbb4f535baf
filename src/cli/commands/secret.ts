import { existsSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { Command, Option } from "commander";
import { systemCode, TelepathError } from "../../model/errors.ts";
import type { Secret } from "../../model/secret.ts";
import { writeJson, type Context } from "../context.ts";
import { withVariable } from "../settings/dotenv.ts";
import { readRegularFile } from "../input.ts";
import { commonOptions, type CommonFlags } from "../options.ts";
import { findProject } from "../settings/project.ts";
import { findSecrets, makeDevelopmentSecret, secretVariable } from "../settings/secrets.ts";

interface SecretCommandFlags extends CommonFlags {
  env?: string;
  new?: boolean;
}

export function secretCommand(context: Context): Command {
  return commonOptions(new Command("secret"))
    .summary("the signing secret of this project")
    .description(
      "Prints the secret that signs this project's events: TELEPATH_WEBHOOK_SECRET, else the same name in .env, " +
        "else the development secret, which is made on first need.",
    )
    .addOption(new Option("--env <file>", `write it into this file as ${secretVariable}= and do not print it`))
    .addOption(new Option("--new", "replace the development secret"))
    .addHelpText(
      "after",
      "\nExamples:\n" +
        "  telepath-hooks secret                 print it\n" +
        "  telepath-hooks secret --env .env      give it to the app\n" +
        "  telepath-hooks secret --new           replace it\n",
    )
    .action(async (flags: SecretCommandFlags) => {
      const project = findProject(context, flags);
      const secret = flags.new
        ? makeDevelopmentSecret(project, { replace: true })
        : (await findSecrets(context, project, {})).signing;

      if (flags.env !== undefined) {
        const path = resolve(context.cwd, flags.env);
        writeVariable(path, secret);
        if (flags.json) writeJson(context, { type: "secret", name: secret.name, file: path });
        else context.stderr.write(`wrote ${secretVariable} (${secret.name}) to ${flags.env}\n`);
      } else if (flags.json) {
        writeJson(context, { type: "secret", name: secret.name, value: secret.reveal() });
      } else {
        context.stdout.write(`${secret.reveal()}\n`);
      }
    });
}

/** Sets the variable in an env file and leaves every other line as it is. A new file is for its owner only. */
function writeVariable(path: string, secret: Secret): void {
  const before = existsSync(path) ? readRegularFile(path, "the file", 1024 ** 2).toString("utf8") : "";
  try {
    writeFileSync(path, withVariable(before, secretVariable, secret.reveal()), { mode: 0o600 });
  } catch (error) {
    throw new TelepathError(
      "UNWRITABLE_FILE",
      `${path} cannot be written (${systemCode(error) ?? "unknown error"})`,
      "name another file, or make its folder first",
      { cause: error },
    );
  }
}

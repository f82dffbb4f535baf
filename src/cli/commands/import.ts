import { Command, Option } from "commander";
import { dumpFormats } from "../../dumps/formats/index.ts";
import { TelepathError } from "../../model/errors.ts";
import { exitCodes, type Context } from "../context.ts";
import { dumpSources } from "../verify/dump-sources.ts";
import { Interrupted } from "../errors.ts";
import { importAll } from "../requests/import-dumps.ts";
import { earlierImports, type ImportTerms } from "../requests/import-requests.ts";
import { commonOptions, secretOptions, type CommonFlags, type SecretFlags } from "../options.ts";
import { findProject } from "../settings/project.ts";
import { usage } from "../requests/request-options.ts";
import { knownSecrets } from "../settings/secrets.ts";
import { createImportView } from "../views/import.ts";

interface ImportFlags extends CommonFlags, SecretFlags {
  format?: string;
  again?: boolean;
}

export function importCommand(context: Context): Command {
  return secretOptions(commonOptions(new Command("import")))
    .summary("request dumps into the history")
    .description(
      "Puts the requests found in dumps of any form on record, as captured deliveries that show, log, replay and export\n" +
        "take. What is on record from an earlier import, to the byte, is not put there twice. A body whose exact bytes the\n" +
        "dump does not keep is marked, and never replayed as it was. Files of raw HTTP and of one JSON value a line may be\n" +
        "of any size.",
    )
    .argument("[dumps...]", "files, folders, or - for standard input")
    .addOption(new Option("--format <name>", "read the dumps in this form only (list: verify --formats)"))
    .addOption(new Option("--again", "put on record what was imported before, too"))
    .addHelpText("after", examples)
    .action((paths: string[], flags: ImportFlags) => importAction(paths, flags, context));
}

const examples = `
Examples:
  telepath-hooks import failed.har
  telepath-hooks import dumps/ --json
  pbpaste | telepath-hooks import -
  telepath-hooks import request.http && telepath-hooks replay last
`;

async function importAction(paths: string[], flags: ImportFlags, context: Context): Promise<void> {
  refuseMisuse(paths, flags);
  const project = findProject(context, flags);
  const secrets = await knownSecrets(context, project, flags);
  const sources = dumpSources(paths, context);
  const view = createImportView(sources.length, flags, context);
  const { openHistory } = await import("../../history/sqlite.ts");
  const history = await openHistory(project.dataDir);
  try {
    const earlier = flags.again ? null : earlierImports(history);
    const terms: ImportTerms = { secrets, now: context.now(), maxAgeMs: project.retention.maxAgeMs };
    const alone = sources.length === 1;
    await importAll(sources, { format: flags.format, alone, terms, earlier, history, view }, context);
  } catch (error) {
    // What was read until then is on record.
    if (!(error instanceof Interrupted)) throw error;
    context.exitCode = exitCodes.interrupted;
  } finally {
    await history.close();
  }
  view.summary();
  if (!context.interrupted.aborted) context.exitCode = view.exitCode();
}

function refuseMisuse(paths: string[], { format, secretFile = [] }: ImportFlags): void {
  if (paths.length === 0) throw usage("no dump given", "name files or folders, or - for standard input");
  if ([...paths, ...secretFile].filter((path) => path === "-").length > 1) {
    throw usage("- is given more than once", "standard input can be only one of them");
  }
  if (format === undefined || dumpFormats.some(({ name }) => name === format)) return;
  const hint = "telepath-hooks verify --formats lists them";
  throw new TelepathError("UNKNOWN_FORMAT", `there is no dump format "${format}"`, hint);
}

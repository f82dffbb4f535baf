import { Command, Option } from "commander";
import { dumpFormats } from "../../dumps/formats/index.ts";
import { readDump } from "../../dumps/read.ts";
import type { History } from "../../history/store.ts";
import type { NewDelivery } from "../../model/delivery.ts";
import type { DumpedRequest } from "../../model/dump.ts";
import { TelepathError } from "../../model/errors.ts";
import { exitCodes, type Context } from "../context.ts";
import { dumpSources, type DumpSource } from "../verify/dump-sources.ts";
import { Interrupted } from "../errors.ts";
import {
  earlierImports,
  importedDelivery,
  type EarlierImports,
  type ImportTerms,
} from "../requests/import-requests.ts";
import { commonOptions, secretOptions, type CommonFlags, type SecretFlags } from "../options.ts";
import { createPauses } from "../verify/pauses.ts";
import { findProject } from "../settings/project.ts";
import { usage } from "../requests/request-options.ts";
import { knownSecrets } from "../settings/secrets.ts";
import { createImportView, type ImportView } from "../views/import.ts";

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
        "dump does not keep is marked, and never replayed as it was.",
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

interface Batch {
  format: string | undefined;
  /** A file that is the only one fails the command; in a batch it is a line. */
  alone: boolean;
  terms: ImportTerms;
  /** Null when duplicates are welcome. */
  earlier: EarlierImports | null;
  history: History;
  view: ImportView;
}

/** So many wait for one commit: enough that commits do not count, few enough to be held. */
const deliveriesAtOnce = 200;
const bytesAtOnce = 8 * 1024 ** 2;

async function importAll(sources: readonly DumpSource[], batch: Batch, context: Context): Promise<void> {
  const pauses = createPauses(context.interrupted);
  let waiting: NewDelivery[] = [];
  let bytes = 0;
  const commit = async (): Promise<void> => {
    const deliveries = waiting;
    [waiting, bytes] = [[], 0];
    const ids = await Promise.all(deliveries.map((delivery) => batch.history.record(delivery)));
    for (const [index, delivery] of deliveries.entries()) {
      batch.view.imported({ ...delivery, id: ids[index]!, attempts: [] });
    }
  };
  try {
    for (const source of sources) {
      await pauses.due();
      for (const delivery of await newIn(source, batch)) {
        waiting.push(delivery);
        bytes += delivery.body.length;
        if (waiting.length >= deliveriesAtOnce || bytes >= bytesAtOnce) await commit();
      }
    }
  } finally {
    await commit();
  }
}

/** What a source holds that is not on record. */
async function newIn(source: DumpSource, { format, alone, terms, earlier, view }: Batch): Promise<NewDelivery[]> {
  let requests: DumpedRequest[];
  try {
    ({ requests } = readDump(await source.read(), { format }));
  } catch (error) {
    if (!(error instanceof TelepathError)) throw error;
    const named = withFile(source.name, error);
    if (alone) throw named;
    view.unreadable(source.name, named);
    return [];
  }
  view.read();
  earlier?.nextFile();
  return requests.flatMap((request, index) => {
    const name = requests.length === 1 ? source.name : `${source.name}, request ${index + 1}`;
    const delivery = attempted(
      () => importedDelivery(request, name, terms),
      (error) => view.unreadable(source.name, error),
    );
    const known = delivery && earlier?.find(delivery, request, terms, name);
    if (known !== undefined) view.known(name, known);
    return delivery === undefined || known !== undefined ? [] : [delivery];
  });
}

function attempted<T>(work: () => T, failed: (error: TelepathError) => void): T | undefined {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof TelepathError)) throw error;
    failed(error);
    return undefined;
  }
}

/** The reader of dumps knows no file names; the user wants to know which file it was. */
function withFile(name: string, error: TelepathError): TelepathError {
  if (error.code === "UNREADABLE_INPUT" || error.code === "INPUT_TOO_LARGE") return error;
  return new TelepathError(error.code, `${name}: ${error.message}`, error.hint, { cause: error });
}

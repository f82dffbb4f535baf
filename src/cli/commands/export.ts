import { setImmediate as nextTurn } from "node:timers/promises";
import { Command, Option } from "commander";
import type { DumpExport, ExportedRequest } from "../../dumps/exports/export.ts";
import { exportForms } from "../../dumps/exports/index.ts";
import { requireFixtureName } from "../../fixtures/names.ts";
import type { History } from "../../history/store.ts";
import type { Delivery } from "../../model/delivery.ts";
import { TelepathError } from "../../model/errors.ts";
import { exitCodes, writeJson, type Context } from "../context.ts";
import { createRedaction, exportedRequest, type Redaction } from "../requests/export-requests.ts";
import { filterOf, filterOptions, type FilterFlags } from "../filters.ts";
import { commonOptions, type CommonFlags } from "../options.ts";
import { createOutputFile, type OutputFile } from "../output-file.ts";
import { findProject } from "../settings/project.ts";
import { usage } from "../requests/request-options.ts";
import { knownSecrets } from "../settings/secrets.ts";
import { exportJson, exportNotes, shownExport, type Exported } from "../views/export.ts";
import { safeText } from "../views/text.ts";

interface ExportFlags extends CommonFlags, FilterFlags {
  format?: string;
  redact?: boolean;
  output?: string;
  force?: boolean;
}

export function exportCommand(context: Context): Command {
  const forms = exportForms.map(({ name, description }) => `  ${name.padEnd(9)} ${description}`).join("\n");
  return commonOptions(filterOptions(new Command("export"), context))
    .summary("deliveries as curl, HAR, raw HTTP, …")
    .description(
      `Writes deliveries in a form that others read; all but fixture, k6 and vitest can be verified and imported again:\n\n${forms}`,
    )
    .argument("[ids...]", "4 characters of the start or end of an id, last, or last-failed")
    .addOption(new Option("--format <form>", "the form (default: json)").choices(exportForms.map(({ name }) => name)))
    .addOption(new Option("--redact", "take out Authorization, Cookie and phone numbers in JSON; the default of har"))
    .addOption(new Option("--no-redact", "leave them in"))
    .addOption(new Option("--output <file>", "write into a new file that only you can read, - for standard output"))
    .addOption(new Option("--force", "replace the file when there is one"))
    .addHelpText("after", examples)
    .action((ids: string[], flags: ExportFlags) => exportAction(ids, flags, context));
}

const examples = `
Examples:
  telepath-hooks export last --format curl  a command to paste
  telepath-hooks export --outcome failed --format har --output failed.har
  telepath-hooks export 7Q2M --format fixture --output telepath-fixtures/my.json
  telepath-hooks export --event 'call.*' --redact > calls.ndjson
  telepath-hooks export last-failed --format vitest --output webhook.test.js
  telepath-hooks export --since 1h --format k6 --output load.js
`;

async function exportAction(ids: readonly string[], flags: ExportFlags, context: Context): Promise<void> {
  const form = formOf(ids, flags);
  const project = findProject(context, flags);
  const redacts = flags.redact ?? form.redactsByDefault;
  const redaction = redacts ? createRedaction(await knownSecrets(context, project, {})) : null;
  const { output = "-", force = false } = flags;
  const file = output === "-" ? null : createOutputFile(output, { force }, context);
  let exported: Exported | undefined;
  try {
    const { openHistory } = await import("../../history/sqlite.ts");
    const history = await openHistory(project.dataDir);
    try {
      const deliveries = deliveriesOf(ids, flags, history);
      exported = await writeExport(deliveries, { form, redaction, file, isNamed: ids.length > 0 }, context);
    } finally {
      await history.close();
    }
  } finally {
    if (exported !== undefined && exported.deliveries > 0 && !context.interrupted.aborted) file?.keep();
    else file?.discard();
  }
  conclude(exported, file === null ? null : output, flags, context);
}

/** @throws TelepathError `USAGE` for what cannot be meant together, before anything is opened. */
function formOf(ids: readonly string[], flags: ExportFlags): DumpExport {
  const { format = "json", output = "-" } = flags;
  const isFiltered = Object.keys(filterOf(flags)).length > 0;
  if (ids.length > 0 && isFiltered) throw usage("export takes ids or filters, not both", "leave out one of them");
  if (ids.length === 0 && !isFiltered) {
    throw usage(
      "export needs to know what: an id, last, last-failed, or a filter",
      "telepath-hooks log lists the deliveries on record; --since 30d means all of a month",
    );
  }
  if (flags.json && output === "-" && format !== "json") {
    throw usage(`--json and --format ${format} print different things`, "leave one out, or add --output <file>");
  }
  if (flags.force && output === "-") throw usage("--force replaces a file", "add --output <file>");
  return exportForms.find(({ name }) => name === format)!;
}

function deliveriesOf(ids: readonly string[], flags: ExportFlags, history: History): Iterable<Delivery> {
  // Every name is looked up before the first is written: a wrong one leaves no half of an export.
  const deliveries = ids.length > 0 ? ids.map((id) => history.get(id)) : history.find(filterOf(flags));
  return flags.format === "fixture" ? onlyOne(deliveries) : deliveries;
}

/** A file of sample events holds one. */
function onlyOne(deliveries: Iterable<Delivery>): Delivery[] {
  const [first, second] = deliveries;
  if (second !== undefined) {
    throw usage("a fixture is one event, and more than one delivery is meant", "name one by its id, or add --limit 1");
  }
  if (first?.event) requireFixtureName(first.event);
  return first === undefined ? [] : [first];
}

const mostSkippedLines = 10;

interface WritingTerms {
  form: DumpExport;
  redaction: Redaction | null;
  /** Null for standard output. */
  file: OutputFile | null;
  /** The user named each of them, so one that cannot be written is an error and not a line. */
  isNamed: boolean;
}

async function writeExport(found: Iterable<Delivery>, terms: WritingTerms, context: Context): Promise<Exported> {
  const { form, redaction, file, isNamed } = terms;
  const { name, keepsSignature } = form;
  const counts = { deliveries: 0, skipped: 0, event: null, redacted: null };
  const exported: Exported = { form: name, keepsSignature, ...counts };
  function* requests(): Generator<ExportedRequest> {
    for (const delivery of found) {
      if (context.interrupted.aborted) return;
      exported.deliveries += 1;
      exported.event = delivery.event;
      current = delivery.id;
      const request = exportedRequest(delivery);
      yield redaction ? redaction.apply(request) : request;
    }
  }
  let current = "";
  const refused = (error: TelepathError): void => {
    const named = new TelepathError(error.code, `${current} cannot be exported: ${error.message}`, error.hint);
    if (isNamed) throw named;
    exported.deliveries -= 1;
    exported.skipped += 1;
    if (exported.skipped > mostSkippedLines) return;
    context.stderr.write(`skipped: ${safeText(named.message)}\n`);
    if (exported.skipped === mostSkippedLines) context.stderr.write("further ones are counted only\n");
  };
  let pieces = 0;
  for (const piece of form.pieces(requests(), refused)) {
    if (exported.deliveries === 0) break;
    if (file) file.write(piece);
    else context.stdout.write(shownExport(piece, form, context.stdout));
    pieces += 1;
    if (pieces % 100 === 0) await nextTurn(); // lets a Ctrl-C or a closed pipe be heard
  }
  if (redaction) exported.redacted = redaction.counts();
  return exported;
}

function conclude(exported: Exported, output: string | null, flags: ExportFlags, context: Context): void {
  context.stderr.write(exportNotes(exported, output));
  if (flags.json && output !== null) writeJson(context, exportJson(exported, output));
  if (exported.skipped > 0) context.exitCode = exitCodes.no;
  if (context.interrupted.aborted) context.exitCode = exitCodes.interrupted;
}

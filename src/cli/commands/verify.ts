import { existsSync } from "node:fs";
import { Command, Option } from "commander";
import { TelepathError } from "../../model/errors.ts";
import { writeJson, type Context } from "../context.ts";
import { dumpSources, type DumpSource } from "../verify/dump-sources.ts";
import { Interrupted } from "../errors.ts";
import { commonOptions, secretOptions, type CommonFlags, type SecretFlags } from "../options.ts";
import { createPauses } from "../verify/pauses.ts";
import { findProject, type Project } from "../settings/project.ts";
import { knownSecrets, secretVariable } from "../settings/secrets.ts";
import { Threads } from "../verify/threads.ts";
import { createVerificationView } from "../verify/verification-output.ts";
import { openReport, reportOptions, type ReportFlags } from "../verify/verification-report.ts";
import { verifyDumps, type VerifyTerms } from "../verify/verify-dumps.ts";

interface VerifyFlags extends CommonFlags, SecretFlags, ReportFlags {
  json?: boolean;
  format?: string;
  formats?: boolean;
  signature?: string;
  body?: string;
  explain: boolean;
  showExpected?: boolean;
}

export function verifyCommand(context: Context): Command {
  return reportOptions(secretOptions(commonOptions(new Command("verify"))))
    .summary("check the signatures in request dumps, and say why one fails")
    .description(
      "Finds the requests in dumps of any known form, checks their signatures, and looks for the cause when one does\n" +
        `not match. Secrets: --secret-file, --secret, ${secretVariable} (and its _PREVIOUS), .env, the\n` +
        "development secret; all of them are tried. Exit code: 0 all valid, 1 one is invalid, 3 one cannot be told.",
    )
    .argument("[dumps...]", "files, folders, or - for standard input")
    .addOption(new Option("--format <name>", "read the dumps in this form only").conflicts(["signature", "body"]))
    .addOption(new Option("--formats", "list the forms that are recognised"))
    .addOption(
      new Option("--signature <value>", "the file is a bare body that came with this signature").conflicts("body"),
    )
    .addOption(new Option("--body <file>", "the file is headers only; this is the body that came with them"))
    .addOption(new Option("--no-explain", "do not look for the cause"))
    .addOption(
      new Option("--show-expected", "print the signature that would match; on a terminal only").conflicts("json"),
    )
    .addHelpText("after", examples)
    .action((paths: string[], flags: VerifyFlags) => verifyAction(paths, flags, context));
}

const examples = `
Examples:
  telepath-hooks verify request.har
  telepath-hooks verify dumps/ --json
  pbpaste | telepath-hooks verify -
  telepath-hooks verify body.json --signature sha256=757107ea…
  telepath-hooks verify headers.txt --body body.json
  telepath-hooks verify request.http --framework express
  telepath-hooks verify dumps/ --report junit --output signatures.xml
`;

async function verifyAction(paths: string[], flags: VerifyFlags, context: Context): Promise<void> {
  if (flags.formats) return listFormats(flags, context);
  refuseMisuse(paths, flags, context);
  if (flags.format !== undefined) await refuseUnknownFormat(flags.format);
  const project = findProject(context, flags);
  const secrets = await knownSecrets(context, project, flags);
  if (secrets.length === 0) throw noSecret();

  const sources = dumpSources(paths, context);
  const report = openReport(flags, sources, context);
  const view = createVerificationView(sources.length, secrets[0]!.name, flags, report, context);
  const pauses = createPauses(context.interrupted);
  const samples = flags.explain ? await ownSamples(project) : [];
  const { explain, format } = flags;
  const asked = { secrets, explain, samples, showExpected: flags.showExpected === true, format };
  const threads = new Threads(asked, view.drawing, pauses, context);
  const terms: VerifyTerms = {
    ...asked,
    signature: flags.signature,
    body: flags.body,
    compares: () => view.compares(),
    pauses,
    threads,
    found: (verification) => view.verification(verification),
    drawn: (ends, place) => view.drawn(ends, place),
    broken: (file, error) => view.broken(file, error),
  };
  let bug: unknown;
  // A file that is the only one fails the command; in a batch it is a line, and no other file is lost for it.
  const alone = sources.length === 1 && report === null;
  const failed = ({ name }: DumpSource, error: unknown): void => {
    if (alone || error instanceof Interrupted) throw error;
    if (error instanceof TelepathError) return view.unreadable(name, error);
    view.bug(name, error);
    bug ??= error;
  };
  try {
    await verifyDumps(sources, terms, { done: () => view.fileDone(), failed }, context);
  } catch (error) {
    report?.discard();
    throw error;
  } finally {
    await threads.close();
    view.end();
  }
  view.summary();
  if (bug !== undefined) throw bug;
  context.exitCode = view.exitCode();
}

/** What the project's own fixtures tell of the order of members; mostly there are none. */
async function ownSamples({ fixturesDir }: Project): Promise<string[][]> {
  if (!existsSync(fixturesDir)) return [];
  const { ownMemberNames } = await import("../../fixtures/member-names.ts");
  return ownMemberNames(fixturesDir);
}

function refuseMisuse(paths: string[], flags: VerifyFlags, context: Context): void {
  const usage = (message: string, hint: string): TelepathError => new TelepathError("USAGE", message, hint);
  if (paths.length === 0) throw usage("no dump given", "name files or folders, or - for standard input");
  const pieces = flags.signature === undefined ? flags.body && "--body" : "--signature";
  if (pieces !== undefined && paths.length > 1) throw usage(`${pieces} goes with one file`, "verify them one by one");
  const takers = [...paths, flags.body, ...(flags.secretFile ?? [])].filter((path) => path === "-");
  if (takers.length > 1) throw usage("- is given more than once", "standard input can be only one of them");
  if (flags.showExpected && context.stdout.isTTY !== true) {
    throw usage("--show-expected prints to a terminal only", "a signature in a file or a log can be used by others");
  }
}

async function refuseUnknownFormat(format: string): Promise<void> {
  const { dumpFormats } = await import("../../dumps/formats/index.ts");
  if (dumpFormats.some(({ name }) => name === format)) return;
  const known = dumpFormats.map(({ name }) => name).join(", ");
  throw new TelepathError("UNKNOWN_FORMAT", `there is no dump format "${format}"`, `known are ${known}`);
}

function noSecret(): TelepathError {
  return new TelepathError(
    "NO_SECRET",
    "there is no signing secret to check with",
    `give --secret-file, or set ${secretVariable}; telepath-hooks secret makes one for development`,
  );
}

async function listFormats(flags: VerifyFlags, context: Context): Promise<void> {
  const { dumpFormats } = await import("../../dumps/formats/index.ts");
  const width = Math.max(...dumpFormats.map(({ name }) => name.length));
  for (const { name, description } of dumpFormats) {
    if (flags.json) writeJson(context, { type: "format", name, description });
    else context.stdout.write(`${name.padEnd(width)}  ${description}\n`);
  }
}

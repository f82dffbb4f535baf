import { Command, Option } from "commander";
import type { CheckCase } from "../../check/case.ts";
import { answerTimeoutMs, maxConcurrency } from "../../contract/limits.ts";
import { accepts, addressOf } from "../../delivery/reach.ts";
import { isLocal, parseTarget, targetUrl, type Target } from "../../delivery/target.ts";
import { TelepathError } from "../../model/errors.ts";
import type { Header } from "../../model/http.ts";
import { exitCodes, writeJson, type Context } from "../context.ts";
import { chosenCases, reportForms, type CaseFlags } from "../check/choose-cases.ts";
import { runCheck } from "../check/run-check.ts";
import { commonOptions, secretOptions, type CommonFlags, type SecretFlags } from "../options.ts";
import { openDestination, type DestinationFlags } from "../report-destination.ts";
import { usage } from "../requests/request-options.ts";
import { defaultTarget, givenTarget } from "../settings/default-target.ts";
import { fixtureSource } from "../settings/fixture-source.ts";
import { findProject, type Project } from "../settings/project.ts";
import { findSecrets } from "../settings/secrets.ts";
import * as parse from "../values.ts";
import { frameworkOption } from "../verify/verification-report.ts";
import { listedJson, listText } from "../views/check/text.ts";
import { styleFor } from "../views/style.ts";
import { safeText } from "../views/text.ts";

/** The flags of `check`, as commander hands them over. */
export interface CheckFlags extends CommonFlags, SecretFlags, CaseFlags, DestinationFlags {
  port?: number;
  header?: Header[];
  timeout: number;
  slow: number;
  concurrency: number;
  list?: boolean;
  strict?: boolean;
  yes?: boolean;
  framework?: string;
  probeUrl?: string;
  probeCommand?: string;
  history: boolean;
}

export function checkCommand(context: Context): Command {
  return commonOptions(secretOptions(checkOptions(new Command("check"))))
    .summary("test an endpoint against Telepath's delivery contract")
    .description(
      "Sends the contract's good and bad cases to an endpoint, one after the other, and judges its answers. The events\n" +
        "are signed with the project's secret, which the endpoint has to know. Without a URL it is what a running listen\n" +
        "forwards to, else the configured app. Exit code: 0 none failed, 1 one failed.",
    )
    .argument("[url]", "the endpoint, such as http://localhost:3000/webhooks")
    .addHelpText("after", examples)
    .action((url: string | undefined, flags: CheckFlags) => checkAction(url, flags, context));
}

const examples = `
Examples:
  telepath-hooks check http://localhost:3000/webhooks
  telepath-hooks check --list                         what each case does
  telepath-hooks check --port 3000 --group signature  only these
  telepath-hooks check --case payload/unicode         only this one
  telepath-hooks check --report html --output check.html
  telepath-hooks check --probe-url http://localhost:3000/count
`;

function checkOptions(command: Command): Command {
  return command
    .addOption(new Option("--port <n>", "local port of the endpoint, instead of its URL").argParser(parse.port))
    .addOption(new Option("--group <name>", "only the cases of this group (repeatable)").argParser(parse.collected))
    .addOption(
      new Option("--case <name>", "only this case, as --list names it (repeatable)").argParser(parse.collected),
    )
    .addOption(new Option("--list", "print what every case does, and send nothing"))
    .addOption(new Option("--report <form>", "write a report").choices(reportForms))
    .addOption(new Option("--output <file>", "where the report goes (default: stdout, in place of the text)"))
    .addOption(new Option("--strict", "warnings fail, too"))
    .addOption(frameworkOption())
    .addOption(
      new Option(
        "--probe-url <url>",
        "answers how many events the endpoint has processed: a number, or JSON with count",
      ),
    )
    .addOption(new Option("--probe-command <command>", "prints the same; run in a shell").conflicts("probeUrl"))
    .addOption(new Option("--header <name: value>", "add or replace a header (repeatable)").argParser(parse.header))
    .addOption(
      new Option("--timeout <duration>", "for a whole answer")
        .argParser(parse.timeout)
        .default(answerTimeoutMs, "30s, as Telepath"),
    )
    .addOption(
      new Option("--slow <duration>", "warn of answers that take longer").argParser(parse.timeout).default(2000, "2s"),
    )
    .addOption(
      new Option("--concurrency <n>", "how many at once in the load case")
        .argParser(parse.positiveNumber)
        .default(maxConcurrency, `${maxConcurrency}, as Telepath`),
    )
    .addOption(new Option("--yes", "the endpoint is not on this machine, and it is mine to test"))
    .addOption(new Option("--no-history", "keep no record"));
}

const mostConcurrent = 1000;

async function checkAction(url: string | undefined, flags: CheckFlags, context: Context): Promise<void> {
  if (flags.concurrency > mostConcurrent) {
    throw usage(`--concurrency must be at most ${mostConcurrent}`, "Telepath itself has up to 100 under way");
  }
  const project = findProject(context, flags);
  const fixtures = fixtureSource(project, {});
  const cases = await chosenCases(flags, fixtures);
  if (flags.list) return printCases(cases, flags, context);

  const target = targetOf(url, flags, project, context);
  requireConsent(target, cases.length, flags);
  const destination = openDestination(flags, reportForms, context);
  try {
    await requireListening(target); // before a secret is made, or a history
    const secret = (await findSecrets(context, project, flags)).signing;
    const verdict = await runCheck({ cases, target, secret, fixtures, project, flags, destination }, context);
    if (verdict === "no") context.exitCode = exitCodes.no;
  } catch (error) {
    destination?.discard();
    if (!context.interrupted.aborted) throw error; // else it is what the interruption broke off
  }
  if (context.interrupted.aborted) context.exitCode = exitCodes.interrupted;
}

function printCases(cases: readonly CheckCase[], flags: CheckFlags, context: Context): void {
  if (flags.json) for (const each of cases) writeJson(context, listedJson(each));
  else context.stdout.write(listText(cases, styleFor(context.stdout, context, flags)));
}

function targetOf(url: string | undefined, flags: CheckFlags, project: Project, context: Context): Target {
  if (url !== undefined) {
    if (flags.port !== undefined) throw usage("the URL and --port both say where the endpoint is", "give one of them");
    return parseTarget(url);
  }
  const given = givenTarget(flags, project);
  if (given) return given;
  const target = defaultTarget(project);
  context.stderr.write(`checking ${safeText(targetUrl(target))} (${target.because})\n`);
  return target;
}

/** Some dozens of requests, a hundred at once and forged ones among them, are for somebody's own endpoint only. */
function requireConsent(target: Target, cases: number, flags: CheckFlags): void {
  if (flags.yes || isLocal(target.origin)) return;
  throw usage(
    `${target.host} is not this machine, and gets ${cases} cases with forged and broken requests, up to ${flags.concurrency} at once`,
    "add --yes if it is yours to test",
  );
}

const connectMs = 3000;

async function requireListening(target: Target): Promise<void> {
  const { host, port } = addressOf(target.origin);
  if (await accepts(host, port, connectMs)) return;
  throw new TelepathError(
    "ENDPOINT_UNREACHABLE",
    `nothing listens on ${target.host}`,
    "start the app, or give its URL: telepath-hooks check http://localhost:3000/webhooks",
  );
}

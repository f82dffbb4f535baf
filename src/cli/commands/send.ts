import { Command, Option } from "commander";
import { tamperings } from "../../delivery/tamper.ts";
import { targetUrl } from "../../delivery/target.ts";
import type { Context } from "../context.ts";
import { commonOptions, secretOptions } from "../options.ts";
import { deliverCalls, deliverDrafts, historyFor, retryTerms } from "../requests/delivering.ts";
import { printRequests } from "../requests/dry-run.ts";
import { overrideOptions } from "../requests/override-options.ts";
import { checkRequestFlags, requestOptions } from "../requests/request-options.ts";
import { resume, resumeFlags } from "../requests/resume.ts";
import { retryOptions, retryPlan } from "../requests/retry-options.ts";
import { scenarioOptions } from "../requests/scenario-work.ts";
import { sendWork, type SendFlags } from "../requests/send-work.ts";
import { defaultTarget, givenTarget } from "../settings/default-target.ts";
import { revisionOption } from "../settings/fixture-source.ts";
import { findProject, type Project } from "../settings/project.ts";
import { findSecrets } from "../settings/secrets.ts";
import * as parse from "../values.ts";
import { safeText } from "../views/text.ts";

export function sendCommand(context: Context): Command {
  return commonOptions(
    secretOptions(
      requestOptions(
        retryOptions(scenarioOptions(sendOptions(overrideOptions(new Command("send")))), "a scenario and --retry are"),
      ),
    ),
  )
    .summary("send signed sample events")
    .description(
      "Sends sample events as Telepath does: a signed POST each. Several types make one call: they share a call_id, and " +
        "their times rise. Without --to it goes to what a running listen forwards to, else to the configured app, else " +
        "to http://localhost:3000.",
    )
    .argument("[types...]", "event types, such as call.started call.ended")
    .addHelpText("after", examples)
    .action((types: string[], flags: SendFlags, command: Command) => sendAction(types, flags, command, context));
}

const examples = `
Examples:
  telepath-hooks send call.ended                                  to the app
  telepath-hooks send call.started call.ended                     one call
  telepath-hooks send call.ended --set duration_seconds=9 --reason network_error
  telepath-hooks send call.ended --tamper signature --expect 401  to be refused
  telepath-hooks send call.ended --count 500 --concurrency 100    many
  telepath-hooks send call.ended --count 3000 --rate 50/s --concurrency 20
  telepath-hooks send call.ended --retry --speed 100x             until taken
  telepath-hooks send --resume                                    what is left
  telepath-hooks send --scenario completed-call --speed 10x       a whole call
  telepath-hooks send --scenario no-answer --calls 50 --speed max
  telepath-hooks send call.ended --dry-run --as curl              to paste

--tamper:
${Object.entries(tamperings)
  .map(([name, what]) => `  ${name.padEnd(13)} ${what}\n`)
  .join("")}`;

function sendOptions(command: Command): Command {
  return command
    .addOption(new Option("--data <file>", "send exactly these bytes, - for standard input, and no sample"))
    .addOption(new Option("--reason <reason>", "why the call or the agent's connection ended"))
    .addOption(new Option("--call-id <id>", "the call's id (default: a fresh one for each call)"))
    .addOption(revisionOption())
    .addOption(new Option("--seed <n>", "the same ids and times in every run").argParser(parse.wholeNumber))
    .addOption(new Option("--count <n>", "how many calls").argParser(parse.positiveNumber).default(1))
    .addOption(new Option("--duplicate <n>", "deliver each event n times").argParser(parse.positiveNumber).default(1))
    .addOption(new Option("--shuffle", "in another order; of a scenario, within each call"))
    .addOption(
      new Option(
        "--resume",
        "send nothing new: go on with what a send or replay --retry that was stopped left, with --to elsewhere",
      ),
    )
    .addOption(new Option("--tamper <how>", "make it one the app must refuse").choices(Object.keys(tamperings)));
}

async function sendAction(
  typed: readonly string[],
  flags: SendFlags,
  command: Command,
  context: Context,
): Promise<void> {
  checkRequestFlags(flags);
  if (flags.resume) {
    return await resume(resumeFlags(typed, flags, command), findProject(context, flags), context);
  }
  const project = findProject(context, flags);
  const given = givenTarget(flags, project);
  const work = await sendWork(typed, flags, project, context);
  const secret = (await findSecrets(context, project, flags)).signing;
  const target = given ?? announcedTarget(project, context);

  const terms = { target, secret, headers: flags.header ?? [], tamper: flags.tamper };
  const { total, drafts, calls } = work(terms);
  if (flags.dryRun) return printRequests(drafts(), flags, context);

  const history = await historyFor(flags, project);
  const delivering = { flags, project, history, total, retry: retryTerms(retryPlan(flags), context) };
  try {
    if (calls) await deliverCalls(calls(), delivering, context);
    else await deliverDrafts(drafts(), delivering, context);
  } finally {
    await history?.close();
  }
}

function announcedTarget(project: Project, context: Context) {
  const target = defaultTarget(project);
  context.stderr.write(`sending to ${safeText(targetUrl(target))} (${target.because})\n`);
  return target;
}

import { Command, Option } from "commander";
import type { Revision } from "../../contract/revisions.ts";
import { canonicalEventType } from "../../contract/event-types.ts";
import { parseExpectation } from "../../delivery/expectation.ts";
import { tamperings, type Tampering } from "../../delivery/tamper.ts";
import { targetUrl } from "../../delivery/target.ts";
import { callMaker, type MakeCall } from "../../fixtures/call.ts";
import { listFixtures, type FixtureSource } from "../../fixtures/library.ts";
import { eventHead } from "../../model/event.ts";
import { isInteractive, type Context } from "../context.ts";
import { defaultTarget, givenTarget } from "../settings/default-target.ts";
import { deliverDrafts, historyFor } from "../requests/delivering.ts";
import { printRequests } from "../requests/dry-run.ts";
import { fixtureSource, revisionOption } from "../settings/fixture-source.ts";
import { readInput } from "../input.ts";
import { commonOptions, secretOptions, type SecretFlags } from "../options.ts";
import * as parse from "../values.ts";
import { overrideOptions, overridesOf, type OverrideFlags } from "../requests/override-options.ts";
import { findProject, type Project } from "../settings/project.ts";
import { checkRequestFlags, requestOptions, usage, type RequestFlags } from "../requests/request-options.ts";
import { sampleDrafts } from "../requests/sample-drafts.ts";
import { findSecrets } from "../settings/secrets.ts";
import { safeText } from "../views/text.ts";

interface SendFlags extends RequestFlags, OverrideFlags, SecretFlags {
  data?: string;
  reason?: string;
  callId?: string;
  revision?: Revision;
  seed?: number;
  count: number;
  duplicate: number;
  tamper?: Tampering;
}

export function sendCommand(context: Context): Command {
  return commonOptions(secretOptions(requestOptions(sendOptions(overrideOptions(new Command("send"))))))
    .summary("send signed sample events")
    .description(
      "Sends sample events as Telepath does: a signed POST each. Several types make one call: they share a call_id, and " +
        "their times rise. Without --to it goes to what a running listen forwards to, else to the configured app, else " +
        "to http://localhost:3000.",
    )
    .argument("[types...]", "event types, such as call.started call.ended")
    .addHelpText("after", examples)
    .action((types: string[], flags: SendFlags) => sendAction(types, flags, context));
}

const examples = `
Examples:
  telepath-hooks send call.ended                                   to the app
  telepath-hooks send call.started agent.connected call.ended      one call
  telepath-hooks send call.ended --set duration_seconds=12 --reason network_error
  telepath-hooks send call.ended --tamper signature --expect 401   the app must refuse it
  telepath-hooks send call.ended --count 500 --concurrency 100     many
  telepath-hooks send call.ended --dry-run --as curl               as a command to paste

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
    .addOption(new Option("--tamper <how>", "make it one the app must refuse").choices(Object.keys(tamperings)));
}

async function sendAction(typed: readonly string[], flags: SendFlags, context: Context): Promise<void> {
  checkRequestFlags(flags);
  const expects = parseExpectation(flags.expect);
  const project = findProject(context, flags);
  const given = givenTarget(flags, project);
  const events =
    flags.data === undefined
      ? await sampleEvents(typed, flags, project, context)
      : dataEvents(await data(typed, flags, flags.data, context));
  const secret = (await findSecrets(context, project, flags)).signing;
  const target = given ?? announcedTarget(project, context);

  const { now } = context;
  const terms = { target, secret, headers: flags.header ?? [], tamper: flags.tamper };
  const drafts = sampleDrafts(events.makeCall, { ...flags, now }, terms);
  if (flags.dryRun) return printRequests(drafts, flags, context);

  const history = await historyFor(flags, project);
  try {
    const total = events.perCall * flags.count * flags.duplicate;
    await deliverDrafts(drafts, { flags, project, expects, history, total }, context);
  } finally {
    await history?.close();
  }
}

interface Events {
  makeCall: MakeCall;
  perCall: number;
}

async function sampleEvents(
  typed: readonly string[],
  flags: SendFlags,
  project: Project,
  context: Context,
): Promise<Events> {
  const source = fixtureSource(project, flags);
  const types = typed.length > 0 ? typed : [await askedType(source, context)];
  const { callId, reason, seed } = flags;
  return {
    makeCall: callMaker({ types, source, overrides: overridesOf(flags), callId, reason, seed }),
    perCall: types.length,
  };
}

async function askedType(source: FixtureSource, context: Context): Promise<string> {
  const types = listFixtures(source).map(({ type }) => type);
  if (!isInteractive(context)) {
    throw usage(
      "send needs an event type as its argument",
      `for example telepath-hooks send ${types.at(0) ?? "call.ended"}`,
    );
  }
  const prompts = await context.prompts();
  return prompts.choose(
    "Which event?",
    types.map((type) => ({ name: type, value: type })),
  );
}

/** The options that make a sample what it is, and mean nothing for bytes of the user's own. */
const sampleOptions = {
  set: "--set",
  setJson: "--set-json",
  unset: "--unset",
  reason: "--reason",
  callId: "--call-id",
  revision: "--revision",
  seed: "--seed",
} as const;

async function data(typed: readonly string[], flags: SendFlags, path: string, context: Context): Promise<Buffer> {
  for (const [option, name] of Object.entries(sampleOptions)) {
    if (flags[option as keyof SendFlags] === undefined) continue;
    throw usage(
      `--data sends exactly the bytes it is given, so ${name} has nothing to change`,
      `leave out ${name} or --data`,
    );
  }
  if (path === "-" && flags.secretFile?.includes("-")) {
    throw usage("--data and --secret-file both read standard input", "give one of them a file");
  }
  if (typed.length > 1) throw usage("--data is one body, and the arguments name several events", "leave out the types");
  const payload = await readInput(path, "the data", context);
  const { event } = eventHead(payload);
  if (typed[0] !== undefined && canonicalEventType(typed[0]) !== canonicalEventType(event ?? "")) {
    const named = event === null ? "the data names no event" : `the data names the event ${safeText(event)}`;
    context.stderr.write(`note: ${named}; it is sent as it is\n`);
  }
  return payload;
}

function dataEvents(payload: Buffer): Events {
  const made = [{ type: "", ...eventHead(payload), payload }];
  return { makeCall: () => made, perCall: 1 };
}

function announcedTarget(project: Project, context: Context) {
  const target = defaultTarget(project);
  context.stderr.write(`sending to ${safeText(targetUrl(target))} (${target.because})\n`);
  return target;
}

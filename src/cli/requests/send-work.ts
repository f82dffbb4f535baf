import type { Revision } from "../../contract/revisions.ts";
import { canonicalEventType } from "../../contract/event-types.ts";
import type { Due } from "../../delivery/batch.ts";
import type { Draft } from "../../delivery/deliver.ts";
import type { Tampering } from "../../delivery/tamper.ts";
import { callMaker, type MakeCall } from "../../fixtures/call.ts";
import { listFixtures, type FixtureSource } from "../../fixtures/library.ts";
import { eventHead } from "../../model/event.ts";
import { isInteractive, type Context } from "../context.ts";
import { readInput } from "../input.ts";
import type { SecretFlags } from "../options.ts";
import { fixtureSource } from "../settings/fixture-source.ts";
import type { Project } from "../settings/project.ts";
import { safeText } from "../views/text.ts";
import { overridesOf, type OverrideFlags } from "./override-options.ts";
import { usage, type RequestFlags } from "./request-options.ts";
import type { RetryFlags } from "./retry-options.ts";
import { randomFrom, shuffled } from "./shuffle.ts";
import { sampleDrafts, type SampleTerms } from "./sample-drafts.ts";
import { refuseScenarioFlags, scenarioWork, type ScenarioFlags } from "./scenario-work.ts";

/** The flags of `send`, as commander hands them over. */
export interface SendFlags extends RequestFlags, OverrideFlags, SecretFlags, ScenarioFlags, RetryFlags {
  data?: string;
  reason?: string;
  callId?: string;
  revision?: Revision;
  seed?: number;
  count: number;
  duplicate: number;
  shuffle?: boolean;
  resume?: boolean;
  tamper?: Tampering;
}

/** What is to be sent, once it is known how requests are made of it. */
export type Work = (terms: SampleTerms) => {
  /** How many deliveries it is. */
  total: number;
  drafts: () => Iterable<Draft>;
  /** For calls whose deliveries are due at their own times. */
  calls?: () => Iterable<Due<Draft>[]>;
};

/**
 * What `send` sends: a scenario, the bytes of `--data`, or samples of the types typed. Asks for a type on a terminal.
 *
 * @throws TelepathError `USAGE`, and what reading fixtures, scenarios and data throws
 */
export async function sendWork(
  typed: readonly string[],
  flags: SendFlags,
  project: Project,
  context: Context,
): Promise<Work> {
  const { now } = context;
  if (flags.scenario !== undefined) return scenarioWork(flags.scenario, typed, flags, project, context);
  refuseScenarioFlags(flags);
  const { makeCall, perCall } =
    flags.data === undefined
      ? await sampleEvents(typed, flags, project, context)
      : dataEvents(await data(typed, flags, flags.data, context));
  return (terms) => ({
    total: perCall * flags.count * flags.duplicate,
    drafts: () => {
      const drafts = sampleDrafts(makeCall, { ...flags, now }, terms);
      return flags.shuffle ? shuffled(drafts, randomFrom(flags.seed)) : drafts;
    },
  });
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
  shuffle: "--shuffle",
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

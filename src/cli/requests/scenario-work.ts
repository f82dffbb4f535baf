import { resolve } from "node:path";
import { Option, type Command } from "commander";
import type { Due } from "../../delivery/batch.ts";
import type { Draft } from "../../delivery/deliver.ts";
import { scenarioPlayer, type PlayScenario } from "../../fixtures/scenario-call.ts";
import { isScenarioPath, readScenario } from "../../fixtures/scenario.ts";
import type { Context } from "../context.ts";
import { fixtureSource } from "../settings/fixture-source.ts";
import type { Project } from "../settings/project.ts";
import { suggestion } from "../suggest.ts";
import * as parse from "../values.ts";
import { counted, durationText, safeText } from "../views/text.ts";
import { overridesOf } from "./override-options.ts";
import { usage } from "./request-options.ts";
import { retries, type RetryFlags } from "./retry-options.ts";
import { randomFrom, shuffled, type Random } from "./shuffle.ts";
import { sampleDraft, type SampleTerms } from "./sample-drafts.ts";
import type { SendFlags, Work } from "./send-work.ts";

/** The flags that play a call. */
export interface ScenarioFlags {
  scenario?: string;
  calls?: number;
}

export function scenarioOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--scenario <name>", "play a call of several events: a name of fixtures list --scenarios, or a file"),
    )
    .addOption(
      new Option("--calls <n>", "how many calls of the scenario; --concurrency of them at once").argParser(
        parse.positiveNumber,
      ),
    );
}

/** @throws TelepathError `USAGE` for flags that would have no effect without a scenario */
export function refuseScenarioFlags({ speed, calls, ...flags }: ScenarioFlags & RetryFlags): void {
  if (speed !== undefined && !retries(flags)) {
    throw usage("--speed goes with --scenario or --retry", "fixtures list --scenarios has the scenarios");
  }
  if (calls !== undefined) throw usage("--calls goes with --scenario", "--count says how many of an event there are");
}

/**
 * The calls of `--scenario`.
 *
 * @throws TelepathError `USAGE`, `UNKNOWN_SCENARIO`, `BROKEN_SCENARIO`, and those of `scenarioPlayer`
 */
export function scenarioWork(
  name: string,
  typed: readonly string[],
  flags: SendFlags,
  project: Project,
  context: Context,
): Work {
  if (typed.length > 0) throw usage("--scenario has the events, and the arguments name some, too", "leave out one");
  if (flags.data !== undefined) throw usage("--scenario and --data both say what is sent", "leave out one of them");
  if (flags.calls !== undefined && flags.count > 1) throw usage("--calls and --count say the same", "give one of them");

  const source = { folder: project.fixturesDir, suggest: suggestion };
  const scenario = readScenario(isScenarioPath(name) ? resolve(context.cwd, name) : name, source);
  const { callId, reason, seed, speed = 1, duplicate } = flags;
  const play = scenarioPlayer(scenario, speed, {
    source: fixtureSource(project, flags),
    overrides: overridesOf(flags),
    callId,
    reason,
    seed,
  });
  const count = flags.calls ?? flags.count;
  const perCall = scenario.events.reduce((sum, { sentMs }) => sum + sentMs.length, 0) * duplicate;
  const lengthMs = Math.max(...scenario.events.flatMap(({ sentMs }) => sentMs)) / speed;
  const waits = lengthMs > 0 ? ` over ${durationText(lengthMs)}` : "";
  const calls = count === 1 ? "" : `, ${counted(count, "call")}`;
  if (!flags.dryRun) {
    context.stderr.write(
      `playing ${safeText(scenario.name)}: ${counted(perCall, "delivery", "deliveries")}${waits}${calls}\n`,
    );
  }
  const order = { count, duplicate, shuffle: flags.shuffle ? randomFrom(seed) : undefined, now: context.now };
  return (terms) => ({
    total: perCall * count,
    drafts: () => draftsOf(sequences(play, order, terms)),
    calls: () => sequences(play, order, terms),
  });
}

interface Order {
  count: number;
  duplicate: number;
  /** Says another order for what each call delivers; when it is due stays. */
  shuffle: Random | undefined;
  now: () => number;
}

/** Calls made one after the other as they are needed, each of their deliveries `duplicate` times. */
function* sequences(play: PlayScenario, order: Order, terms: SampleTerms): Generator<Due<Draft>[]> {
  const { count, duplicate, shuffle, now } = order;
  for (let call = 0; call < count; call += 1) {
    const sequence = play(now()).flatMap(({ made, dueMs }) => {
      const due = { draft: sampleDraft(made, terms), dueMs };
      return Array.from({ length: duplicate }, () => due);
    });
    const mixed = shuffle ? [...shuffled(sequence, shuffle)] : sequence;
    yield sequence.map(({ dueMs }, at) => ({ draft: mixed[at]!.draft, dueMs }));
  }
}

function* draftsOf(calls: Iterable<Due<Draft>[]>): Generator<Draft> {
  for (const call of calls) for (const { draft } of call) yield draft;
}

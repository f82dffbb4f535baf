import { InvalidArgumentError, Option, type Command } from "commander";
import { eventTypes, eventTypeSpellings } from "../contract/event-types.ts";
import { matchesGlob } from "../history/glob.ts";
import { parseCondition, type Condition, type Filter } from "../history/query.ts";
import {
  outcomes,
  signatureVerdicts,
  sources,
  type Outcome,
  type SignatureVerdict,
  type Source,
} from "../model/delivery.ts";
import type { Context } from "./context.ts";
import { positiveNumber, timeBefore } from "./values.ts";

/** The options that say which deliveries are meant, the same for every command that takes them. */
export interface FilterFlags {
  event?: string;
  call?: string;
  outcome?: Outcome;
  signature?: SignatureVerdict;
  source?: Source;
  since?: number;
  until?: number;
  where?: Condition[];
  limit?: number;
}

export function filterOptions(command: Command, context: Context): Command {
  const time = timeBefore(context.now());
  return command
    .addOption(new Option("--event <type>", "event type; * and ? stand for any characters").argParser(notEmpty))
    .addOption(new Option("--call <id>", "call_id of the payload").argParser(notEmpty))
    .addOption(new Option("--outcome <outcome>", "what became of it").choices(outcomes))
    .addOption(new Option("--signature <verdict>", "what the check of its signature said").choices(signatureVerdicts))
    .addOption(new Option("--source <source>", "how it came to be").choices(sources))
    .addOption(new Option("--since <time>", "not older: a duration ago (1h) or ISO 8601").argParser(time))
    .addOption(new Option("--until <time>", "not newer").argParser(time))
    .addOption(
      new Option("--where <condition>", "payload member, such as 'duration_seconds>30' (repeatable)").argParser(where),
    )
    .addOption(new Option("--limit <n>", "the newest so many").argParser(positiveNumber));
}

/** The filter the options say; empty when none was given. */
export function filterOf(flags: FilterFlags): Filter {
  const { event, call, outcome, signature, source, since, until, where, limit } = flags;
  return {
    ...(event !== undefined && { event: eventGlobs(event) }),
    ...(call !== undefined && { callId: call }),
    ...(outcome !== undefined && { outcome }),
    ...(signature !== undefined && { signature }),
    ...(source !== undefined && { source }),
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
    ...(where !== undefined && { where }),
    ...(limit !== undefined && { limit }),
  };
}

/** What was typed, and the other spellings of the types it means: a payload may hold any of them. */
export function eventGlobs(typed: string): string[] {
  const meant = eventTypes
    .map((type) => eventTypeSpellings(type))
    .filter((spellings) => spellings.some((name) => matchesGlob(typed, name)));
  return [typed, ...meant.flat().filter((name) => !matchesGlob(typed, name))];
}

function where(value: string, earlier: Condition[] | undefined): Condition[] {
  return [...(earlier ?? []), parseCondition(value)];
}

function notEmpty(value: string): string {
  if (value === "") throw new InvalidArgumentError("it must not be empty.");
  return value;
}

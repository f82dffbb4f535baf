import { distance } from "fastest-levenshtein";
import { assumedAliases, assumedEventTypes } from "./assumptions.ts";

/** The types of event Telepath sends, in the order in which a call has them. */
export const eventTypes = ["call.started", ...assumedEventTypes, "call.ended"] as const;
export type EventType = (typeof eventTypes)[number];

const canonicalNames: ReadonlyMap<string, EventType> = new Map(
  eventTypes.flatMap((type) => [type, ...(assumedAliases[type] ?? [])].map((name) => [name, type] as const)),
);

/** The type a spelling stands for: `ai_agent.connected` is `agent.connected`. A name that is none comes back as it is. */
export function canonicalEventType(typed: string): string {
  return canonicalNames.get(typed) ?? typed;
}

/** The type a spelling stands for, or undefined when it is none of Telepath's. */
export function knownEventType(typed: string): EventType | undefined {
  return canonicalNames.get(typed);
}

/** Every spelling under which a type may stand in a payload: its own name first, then its aliases. */
export function eventTypeSpellings(type: string): string[] {
  const canonical = canonicalEventType(type);
  return [canonical, ...(Object.hasOwn(assumedAliases, canonical) ? assumedAliases[canonical]! : [])];
}

/**
 * The type whose name or alias this can be taken for: it differs in case and punctuation (`callEnded`), or by a slip of
 * a letter or two (`call.strated`). Undefined when none is that near.
 */
export function similarEventType(typed: string): EventType | undefined {
  if (typed.length > longestTyped) return undefined;
  const wanted = lettersOf(typed);
  const byDistance = [...canonicalNames]
    .map(([name, type]) => ({ type, slips: distance(wanted, lettersOf(name)), letters: lettersOf(name).length }))
    .sort((a, b) => a.slips - b.slips);
  // In a short name a letter or two make another word: "order" is no "error".
  return byDistance.find(({ slips, letters }) => slips <= Math.min(2, Math.floor(letters / 4)))?.type;
}

/** What comes in a payload can be any text; no name with a slip in it is so long. */
const longestTyped = 40;

function lettersOf(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
}

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

/** The known spelling that differs from this one in case and punctuation only (`callEnded`, `Call-Ended`). */
export function similarEventType(typed: string): EventType | undefined {
  const wanted = lettersOf(typed);
  for (const [name, type] of canonicalNames) if (lettersOf(name) === wanted) return type;
  return undefined;
}

function lettersOf(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
}

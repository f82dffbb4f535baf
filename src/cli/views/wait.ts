import type { Delivery } from "../../model/delivery.ts";
import { counted, countText, durationText, safeText } from "./text.ts";

/** How the waiting went. */
export interface Waited {
  arrived: number;
  wanted: number;
  durationMs: number;
}

/** Gathers what came and did not match: whoever waited in vain wants to know that it came. */
export interface Passed {
  add: (delivery: Delivery) => void;
  /** "2 call.started, 1 call.ended (pending)"; empty when nothing came. */
  text: () => string;
}

/** Of so many deliveries it is told apart what they were. */
const mostTold = 1000;

export function createPassed(): Passed {
  const seen = new Map<string, string>();
  return {
    add(delivery) {
      if (seen.size < mostTold || seen.has(delivery.id)) seen.set(delivery.id, nameOf(delivery));
    },
    text() {
      const counts = new Map<string, number>();
      for (const name of seen.values()) counts.set(name, (counts.get(name) ?? 0) + 1);
      const most = [...counts].sort(([, a], [, b]) => b - a);
      const named = most.slice(0, 5).map(([name, count]) => `${countText(count)} ${name}`);
      return [...named, ...(most.length > 5 ? ["…"] : [])].join(", ");
    },
  };
}

function nameOf({ event, method, target, outcome }: Delivery): string {
  const name = safeText(event ?? `${method} ${target}`);
  return `${name.length > 60 ? `${name.slice(0, 59)}…` : name} (${outcome})`;
}

/** Why the command says no. */
export function waitNotes({ arrived, wanted, durationMs }: Waited, passed: string): string {
  const time = durationText(durationMs);
  const lines =
    arrived === 0
      ? [`no delivery that matches within ${time}`]
      : [`only ${arrived} of ${counted(wanted, "delivery", "deliveries")} within ${time}`];
  if (passed !== "") lines.push(`  came meanwhile and did not match: ${passed}`);
  else if (arrived === 0)
    lines.push("  nothing came at all; is listen running, and did it come before? --since 1m looks back");
  return `${lines.join("\n")}\n`;
}

/** The last object of `--json`. */
export function waitJson({ arrived, wanted, durationMs }: Waited): object {
  return { type: "summary", arrived, wanted, timedOut: arrived < wanted, durationMs: Math.round(durationMs) };
}

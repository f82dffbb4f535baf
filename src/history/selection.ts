import type { Value } from "./driver.ts";
import type { Filter } from "./query.ts";
import { storedText } from "./rows.ts";

/** The part of a filter that SQL decides, as a WHERE clause over `deliveries`; `where` conditions are left out. */
export interface Selection {
  sql: string;
  values: Value[];
}

/** Translates a filter. Every value is bound, none becomes part of the text. */
export function selectionOf(filter: Filter): Selection {
  const tests: string[] = [];
  const values: Value[] = [];
  const must = (test: string, value: Value | undefined): void => {
    if (value === undefined) return;
    tests.push(test);
    values.push(value);
  };
  // The + keeps SQLite from using the index on event, after which every page would have to be sorted by time.
  if (filter.event !== undefined && /[*?]/.test(filter.event)) must("+event GLOB ?", globOf(filter.event));
  else must("event = ?", storedOrUndefined(filter.event));
  must("call_id = ?", storedOrUndefined(filter.callId));
  must("outcome = ?", filter.outcome);
  must("verdict = ?", filter.signature);
  must("source = ?", filter.source);
  must("created_at >= ?", filter.since);
  must("created_at <= ?", filter.until);
  return { sql: tests.length === 0 ? "TRUE" : tests.join(" AND "), values };
}

/** SQLite's GLOB knows `[…]` besides `*` and `?`; here a bracket is a bracket. */
function globOf(pattern: string): string {
  return storedText(pattern).replaceAll("[", "[[]");
}

function storedOrUndefined(text: string | undefined): string | undefined {
  return text === undefined ? undefined : storedText(text);
}

import type { Value } from "./driver.ts";
import type { Filter } from "./query.ts";
import { storedText } from "./rows.ts";

/** A WHERE clause over `deliveries` and the values to bind in it. */
export interface Selection {
  sql: string;
  values: Value[];
}

/**
 * The part of a filter that SQL decides (`where` conditions are left out), as clauses of which a delivery must meet
 * one. Every value is bound, none becomes part of the text.
 *
 * Each event type has a clause of its own, for which the index on type and time gives the order at once; with all of
 * them in one clause SQLite would have to sort.
 */
export function selectionsOf(filter: Filter): Selection[] {
  const tests: string[] = [];
  const values: Value[] = [];
  const must = (test: string, value: Value | undefined): void => {
    if (value === undefined) return;
    tests.push(test);
    values.push(value);
  };
  must("call_id = ?", filter.callId === undefined ? undefined : storedText(filter.callId));
  // As text, that SQLite may know its index of the failed ones.
  if (filter.outcome === "failed") tests.push("outcome = 'failed'");
  else must("outcome = ?", filter.outcome);
  must("verdict = ?", filter.signature);
  must("source = ?", filter.source);
  must("created_at >= ?", filter.since);
  must("created_at <= ?", filter.until);
  return eventSelections(filter.event).map((event) => ({
    sql: [event.sql, ...tests].join(" AND "),
    values: [...event.values, ...values],
  }));
}

function eventSelections(event: Filter["event"]): Selection[] {
  if (event === undefined) return [{ sql: "TRUE", values: [] }];
  const all = [event].flat();
  const globs = all.filter((one) => /[*?]/.test(one));
  const names = all.filter((one) => !globs.includes(one));
  const selections = names.map((name) => ({ sql: "event = ?", values: [storedText(name)] }));
  if (globs.length > 0) {
    // The + keeps SQLite from the index on event, which gives a range of types no order by time.
    const sql = `(${globs.map(() => "+event GLOB ?").join(" OR ")})`;
    selections.push({ sql, values: globs.map((glob) => sqliteGlob(glob)) });
  }
  return selections.length > 0 ? selections : [{ sql: "FALSE", values: [] }];
}

/** SQLite's GLOB knows `[…]` besides `*` and `?`; here a bracket is a bracket. */
function sqliteGlob(glob: string): string {
  return storedText(glob).replaceAll("[", "[[]");
}

import type { Delivery, FailureKind, Outcome } from "../model/delivery.ts";
import type { Database, Row } from "./driver.ts";
import type { Filter } from "./query.ts";
import { findDeliveries } from "./reading.ts";
import { readText } from "./rows.ts";
import { selectionsOf } from "./selection.ts";

/** Deliveries that are alike, counted. */
export interface DeliveryCount {
  outcome: Outcome;
  event: string | null;
  /** Where the last attempt went, without the query; null when there was none. */
  url: string | null;
  /** Of the last attempt's answer. */
  status: number | null;
  /** Why the last attempt had no answer. */
  failure: FailureKind | null;
  /** When they were made, rounded down to whole buckets; milliseconds since the epoch. */
  bucket: number;
  deliveries: number;
  /** Attempts altogether, earlier ones included. */
  attempts: number;
  /** When the newest of them was made. */
  newest: number;
  /** How long each answered last attempt took, in milliseconds. */
  answeredMs: number[];
}

/** Few enough that a part takes no longer than 50 ms, and that SQLite sorts it in memory: that is twice as fast. */
const deliveriesAtOnce = 5000;

/** See `History.counts`. */
export function* countDeliveries(
  database: Database,
  filter: Filter,
  bucketMs: number,
): Generator<readonly DeliveryCount[]> {
  if (filter.limit !== undefined || (filter.where ?? []).length > 0) {
    for (const batch of findDeliveries(database, filter)) yield batch.map((delivery) => countOf(delivery, bucketMs));
    return;
  }
  // The times are left to the parts: of two lower bounds SQLite would seek to either one.
  const { since = -Infinity, until = Infinity, ...rest } = filter;
  const selections = selectionsOf(rest);
  const counting = database.prepare(countSql(selections.map(({ sql }) => `(${sql})`).join(" OR ")));
  const values = selections.flatMap((selection) => selection.values);
  const next = database.prepare(
    `SELECT created_at FROM deliveries WHERE created_at > ? ORDER BY created_at LIMIT 1 OFFSET ${deliveriesAtOnce}`,
  );
  let from = since - justBefore;
  while (from < until) {
    const to = Math.min(Number(next.get(from)?.["created_at"] ?? Infinity), until);
    yield counting.all(bucketMs, ...values, from, to).map((row) => countFrom(row, bucketMs));
    from = to;
  }
}

/** Times are milliseconds since 1970 as doubles, of which neighbours are 0.0002 apart. */
const justBefore = 0.001;

/**
 * One text to group by: six columns of their own take half as long again. What stands in the columns has no control
 * characters, so that one separates them.
 */
const group = [
  "outcome",
  "ifnull(event, '')",
  "ifnull(CASE instr(a.url, '?') WHEN 0 THEN a.url ELSE substr(a.url, 1, instr(a.url, '?') - 1) END, '')",
  "ifnull(a.status, '')",
  "ifnull(a.failure, '')",
  "CAST(created_at / ? AS INTEGER)",
].join(" || char(31) || ");

function countSql(selection: string): string {
  return `
    SELECT ${group} AS alike, count(*) AS deliveries, total(a.number) AS attempts, max(created_at) AS newest,
      group_concat(CASE WHEN a.status IS NOT NULL THEN CAST(a.duration_ms * 1000 AS INTEGER) END) AS answered
    FROM deliveries
    LEFT JOIN attempts a ON a.key =
      (SELECT key FROM attempts WHERE delivery = deliveries.key ORDER BY number DESC, key DESC LIMIT 1)
    WHERE (${selection}) AND created_at > ? AND created_at <= ?
    GROUP BY alike`;
}

function countFrom(row: Row, bucketMs: number): DeliveryCount {
  const [outcome, event, url, status, failure, bucket] = (row["alike"] as string).split("\x1f") as Alike;
  const answered = row["answered"] as string | null;
  return {
    outcome: outcome as Outcome,
    event: event === "" ? null : readText(event),
    url: url === "" ? null : readText(url),
    status: status === "" ? null : Number(status),
    failure: failure === "" ? null : (failure as FailureKind),
    bucket: Number(bucket) * bucketMs,
    deliveries: Number(row["deliveries"]),
    attempts: Number(row["attempts"]),
    newest: Number(row["newest"]),
    answeredMs: answered === null ? [] : answered.split(",").map((microseconds) => Number(microseconds) / 1000),
  };
}

type Alike = [outcome: string, event: string, url: string, status: string, failure: string, bucket: string];

/** A delivery that is counted alone. */
function countOf({ outcome, event, createdAt, attempts }: Delivery, bucketMs: number): DeliveryCount {
  const last = attempts.at(-1);
  return {
    outcome,
    event,
    url: last?.url.split("?", 1)[0] ?? null,
    status: last?.response?.status ?? null,
    failure: last?.failure ?? null,
    bucket: Math.floor(createdAt / bucketMs) * bucketMs,
    deliveries: 1,
    attempts: last?.number ?? 0,
    newest: createdAt,
    answeredMs: last?.response ? [Math.trunc(last.durationMs * 1000) / 1000] : [],
  };
}

/** See `History.span`. */
export function spanOf(database: Database): { oldest: number; newest: number } | null {
  const row = database
    .prepare(
      "SELECT (SELECT min(created_at) FROM deliveries) AS oldest, (SELECT max(created_at) FROM deliveries) AS newest",
    )
    .get() as { oldest: number | null; newest: number | null };
  return row.oldest === null || row.newest === null ? null : { oldest: row.oldest, newest: row.newest };
}

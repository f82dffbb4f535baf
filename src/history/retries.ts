import type { Retry, RetryPlan } from "../model/retry.ts";
import type { Database } from "./driver.ts";
import { readText } from "./rows.ts";
import type { PendingRetry, RetryHolder } from "./store.ts";

/** Notes that an attempt is to be made, or with null that none is. */
export function writeRetry(database: Database, key: number, retry: Retry | null): void {
  if (retry === null) database.prepare("DELETE FROM retries WHERE delivery = ?").run(key);
  else
    database
      .prepare("INSERT OR REPLACE INTO retries (delivery, due_at, plan, holder) VALUES (?, ?, ?, ?)")
      .run(key, retry.dueAt, planText(retry.plan), retry.holder);
}

/** The plans of one run are one object. */
let written: { plan: RetryPlan; text: string } | undefined;

function planText(plan: RetryPlan): string {
  if (written?.plan !== plan) written = { plan, text: JSON.stringify(plan) };
  return written.text;
}

const pendingSql = `
  SELECT id, event, call_id, due_at, plan, coalesce(number, 0) AS made, CAST(coalesce(status, failure) AS TEXT) AS last
  FROM retries JOIN deliveries ON deliveries.key = retries.delivery
  LEFT JOIN attempts ON attempts.key =
    (SELECT key FROM attempts WHERE delivery = retries.delivery ORDER BY number DESC LIMIT 1)
  WHERE holder = ? ORDER BY due_at, retries.delivery`;

function retriesOf(database: Database, holder: string): PendingRetry[] {
  const shared = new Map<string, RetryPlan>();
  const planOf = (text: string): RetryPlan => {
    const plan = shared.get(text) ?? (JSON.parse(text) as RetryPlan);
    shared.set(text, plan);
    return plan;
  };
  return database
    .prepare(pendingSql)
    .all(holder)
    .map((row) => ({
      id: row["id"] as string,
      event: textOf(row["event"]),
      callId: textOf(row["call_id"]),
      dueAt: row["due_at"] as number,
      plan: planOf(row["plan"] as string),
      made: row["made"] as number,
      last: row["last"] as string | null,
    }));
}

function textOf(stored: unknown): string | null {
  return stored === null ? null : readText(stored);
}

/** See `History.retryOf`. */
export function readRetry(database: Database, id: string): Retry | null {
  const row = database
    .prepare("SELECT due_at, plan, holder FROM retries WHERE delivery = (SELECT key FROM deliveries WHERE id = ?)")
    .get(id);
  if (!row) return null;
  const plan = JSON.parse(row["plan"] as string) as RetryPlan;
  return { plan, dueAt: row["due_at"] as number, holder: row["holder"] as string };
}

/** See `History.holdsRetry`. */
export function holdsRetry(database: Database, id: string, holder: string): boolean {
  return database.prepare(holdsSql).get(id, holder) !== undefined;
}

const holdsSql = "SELECT 1 FROM retries WHERE delivery = (SELECT key FROM deliveries WHERE id = ?) AND holder = ?";

/** See `History.retryHolders`. */
export function readRetryHolders(database: Database): RetryHolder[] {
  return database
    .prepare("SELECT holder, count(*) AS deliveries, max(due_at) AS last FROM retries GROUP BY holder")
    .all()
    .map((row) => ({
      holder: row["holder"] as string,
      deliveries: row["deliveries"] as number,
      lastDueAt: row["last"] as number,
    }));
}

/** Who takes over what; see `History.takeRetries`. */
export interface TakeRetries {
  holder: string;
  /** Holders that are no more. */
  ended: readonly string[];
}

/** See `History.takeRetries`. */
export function takeRetries(database: Database, { holder, ended }: TakeRetries): PendingRetry[] {
  const update = database.prepare("UPDATE retries SET holder = ? WHERE holder = ?");
  for (const one of ended) update.run(holder, one);
  return retriesOf(database, holder);
}

/** See `History.releaseRetries`. */
export function releaseRetries(database: Database, holder: string): undefined {
  database.prepare("UPDATE retries SET holder = '' WHERE holder = ?").run(holder);
}

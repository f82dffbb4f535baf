import { parseRetryPlan, type Retry, type RetryPlan } from "../model/retry.ts";
import type { Database } from "./driver.ts";
import { readOptionalText } from "./rows.ts";
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
  const shared = new Map<string, RetryPlan | null>();
  const planOf = (text: string): RetryPlan | null => {
    const found = shared.get(text);
    const plan = found === undefined ? parseRetryPlan(text) : found;
    shared.set(text, plan);
    return plan;
  };
  return database
    .prepare(pendingSql)
    .all(holder)
    .map((row) => ({
      id: row["id"] as string,
      event: readOptionalText(row["event"]),
      callId: readOptionalText(row["call_id"]),
      dueAt: row["due_at"] as number,
      plan: planOf(row["plan"] as string),
      made: row["made"] as number,
      last: row["last"] as string | null,
    }));
}

/** See `History.retryOf`. */
export function readRetry(database: Database, id: string): Retry | null {
  const row = database
    .prepare("SELECT due_at, plan, holder FROM retries WHERE delivery = (SELECT key FROM deliveries WHERE id = ?)")
    .get(id);
  if (!row) return null;
  const plan = parseRetryPlan(row["plan"] as string);
  return plan && { plan, dueAt: row["due_at"] as number, holder: row["holder"] as string };
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

/** How the deliveries of a holder go on by other plans; see `History.replanRetries`. */
export interface ReplanRetries {
  holder: string;
  now: number;
  plans: readonly {
    from: string;
    to: string;
    /** What of the time that is left is still to pass. */
    factor: number;
  }[];
}

/** Which plans there are among those of a holder, and what becomes of them. */
export function replanned(
  database: Database,
  holder: string,
  replan: (plan: RetryPlan) => RetryPlan,
): ReplanRetries["plans"] {
  const rows = database.prepare("SELECT DISTINCT plan FROM retries WHERE holder = ?").all(holder);
  return rows.flatMap((row) => {
    const from = row["plan"] as string;
    const plan = parseRetryPlan(from);
    if (plan === null) return [];
    const to = replan(plan);
    const factor = plan.scale === 0 ? 0 : (to.scale ?? 1) / (plan.scale ?? 1);
    return [{ from, to: JSON.stringify(to), factor }];
  });
}

// All plans in one statement: one plan may become what another was.
const replanSql = `
  UPDATE retries SET plan = next.value ->> 'to',
    due_at = CASE WHEN due_at > ?1 THEN ?1 + (due_at - ?1) * (next.value ->> 'factor') ELSE due_at END
  FROM json_each(?2) AS next WHERE holder = ?3 AND plan = next.value ->> 'from'`;

/** See `History.replanRetries`. */
export function replanRetries(database: Database, { holder, now, plans }: ReplanRetries): PendingRetry[] {
  database.prepare(replanSql).run(now, JSON.stringify(plans), holder);
  return retriesOf(database, holder);
}

/** See `History.releaseRetries`. */
export function releaseRetries(database: Database, holder: string): undefined {
  database.prepare("UPDATE retries SET holder = '' WHERE holder = ?").run(holder);
}

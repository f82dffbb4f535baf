import type { Delivery } from "../model/delivery.ts";
import type { Database, Row } from "./driver.ts";
import { meets, type Condition, type Filter } from "./query.ts";
import { deliveryOf } from "./rows.ts";
import { selectionsOf } from "./selection.ts";

/** Reads deliveries with their attempts, in the order of the keys. Those that are not there any more are left out. */
export function deliveriesAt(database: Database, keys: readonly number[]): Delivery[] {
  const list = JSON.stringify(keys);
  const rows = new Map(database.prepare(deliveriesSql).all(list).map(keyed));
  const attempts = new Map<unknown, Row[]>(keys.map((key) => [key, []]));
  for (const attempt of database.prepare(attemptsSql).all(list)) attempts.get(attempt["delivery"])?.push(attempt);
  return keys.flatMap((key) => {
    const row = rows.get(key);
    return row ? [deliveryOf(row, attempts.get(key) ?? [])] : [];
  });
}

const listed = "(SELECT value FROM json_each(?))";
const deliveriesSql = `
  SELECT deliveries.*, large_bodies.body AS large_body
  FROM deliveries LEFT JOIN large_bodies ON delivery = key WHERE key IN ${listed}`;
const attemptsSql = `SELECT * FROM attempts WHERE delivery IN ${listed} ORDER BY delivery, number, key`;

function keyed(row: Row): [key: unknown, row: Row] {
  return [row["key"], row];
}

/** A delivery that has been found and not been read yet. */
interface Found {
  key: number;
  bytes: number;
}

/** What is read at once: more would hold too much memory, less would take too many statements. */
const rowsAtOnce = 100;
const bytesAtOnce = 8 * 1024 ** 2;

/** See `History.find`; a batch at a time. What is recorded meanwhile is not met. */
export function* findDeliveries(database: Database, filter: Filter): Generator<Delivery[]> {
  const { where = [], limit } = filter;
  const batches = limit === undefined ? matching(database, filter, "ASC") : newest(database, filter, limit);
  for (const batch of batches) {
    const deliveries = deliveriesAt(
      database,
      batch.map(({ key }) => key),
    );
    // Those chosen among the newest have been looked at already.
    yield limit === undefined ? deliveries.filter(({ body }) => meets(body, where)) : deliveries;
  }
}

function newest(database: Database, filter: Filter, limit: number): Iterable<Found[]> {
  const { where = [] } = filter;
  const chosen: Found[] = [];
  if (limit <= 0) return [];
  for (const batch of matching(database, filter, "DESC")) {
    chosen.push(...(where.length === 0 ? batch : thoseThatMeet(database, batch, where)));
    if (chosen.length >= limit) break;
  }
  return inBatches(chosen.slice(0, limit).reverse());
}

function thoseThatMeet(database: Database, batch: Found[], where: Condition[]): Found[] {
  const rows = database.prepare(bodiesSql).all(JSON.stringify(batch.map(({ key }) => key)));
  const meeting = new Set(rows.filter(({ body }) => meets(body as Buffer, where)).map(({ key }) => key));
  return batch.filter(({ key }) => meeting.has(key));
}

const bodiesSql = `
  SELECT key, coalesce(large_bodies.body, deliveries.body) AS body
  FROM deliveries LEFT JOIN large_bodies ON delivery = key WHERE key IN ${listed}`;

const foundAtOnce = 1000;
type PageRow = Row & Found & { created_at: number };

/** What a filter's columns choose, by time. */
function* matching(database: Database, filter: Filter, order: "ASC" | "DESC"): Generator<Found[]> {
  const selections = selectionsOf(filter);
  const top = Number(database.prepare("SELECT max(key) AS top FROM deliveries").get()?.["top"] ?? 0);
  const selects = selections.map(
    ({ sql }) => `SELECT key, bytes, created_at FROM deliveries
      WHERE ${sql} AND key <= ? AND (created_at, key) ${order === "ASC" ? ">" : "<"} (?, ?)`,
  );
  const pages = database.prepare(
    `${selects.join(" UNION ")} ORDER BY created_at ${order}, key ${order} LIMIT ${foundAtOnce}`,
  );
  let after = order === "ASC" ? [-Infinity, 0] : [Infinity, 0];
  for (;;) {
    const page = pages.all(...selections.flatMap(({ values }) => values.concat(top, after))) as PageRow[];
    yield* inBatches(page);
    const last = page.at(-1);
    if (!last || page.length < foundAtOnce) return;
    after = [last.created_at, last.key];
  }
}

function* inBatches(found: readonly Found[]): Generator<Found[]> {
  let batch: Found[] = [];
  let bytes = 0;
  for (const one of found) {
    if (batch.length === rowsAtOnce || (batch.length > 0 && bytes + one.bytes > bytesAtOnce)) {
      yield batch;
      [batch, bytes] = [[], 0];
    }
    batch.push(one);
    bytes += one.bytes;
  }
  if (batch.length > 0) yield batch;
}

/** See `History.changesSince`: one batch of it. */
export function changedAfter(database: Database, cursor: number): { deliveries: Delivery[]; cursor: number } {
  const rows = database
    .prepare(`SELECT key, bytes, change FROM deliveries WHERE change > ? ORDER BY change LIMIT ${rowsAtOnce}`)
    .all(cursor) as (Row & Found & { change: number })[];
  const [batch = []] = inBatches(rows);
  const deliveries = deliveriesAt(
    database,
    batch.map(({ key }) => key),
  );
  return { deliveries, cursor: rows[batch.length - 1]?.change ?? cursor };
}

const lastChangeSql = "SELECT max(change, (SELECT coalesce(max(change), 0) FROM deliveries)) AS last FROM dropped";

/** The number of the last change of any process. */
export function lastChange(database: Database): number {
  return Number(database.prepare(lastChangeSql).get()?.["last"]);
}

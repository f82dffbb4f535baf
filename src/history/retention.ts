import type { Database } from "./driver.ts";
import type { Retention } from "./store.ts";

/** How much was dropped. */
export interface Dropped {
  deliveries: number;
  /** Of their requests and responses. */
  bytes: number;
}

/** Dropped or given back to the disk in one commit: few enough that senders and other processes do not notice. */
const deliveriesAtOnce = 200;
const pagesAtOnce = 500;

/** An attempt that is late by a day is one that nobody makes. */
const longPastMs = 24 * 3_600_000;

/**
 * Drops some of the oldest deliveries, as long as they are older or more than is to be kept.
 *
 * @param lastChange the number that the history goes on counting from
 */
export function dropOldest(
  database: Database,
  lastChange: number,
  { keep, now }: { keep: Retention; now: number },
): Dropped {
  // What waits for its app was acknowledged: only age ends that. What waits for its next attempt is promised one, and
  // is of no age before that is long past: whoever is to make it may be making it.
  const oldest = database
    .prepare(
      `SELECT key, created_at, bytes FROM deliveries
      WHERE (created_at < ?1 OR key NOT IN (SELECT delivery FROM held UNION ALL SELECT delivery FROM retries))
        AND key NOT IN (SELECT delivery FROM retries WHERE due_at >= ?2)
      ORDER BY created_at, key LIMIT ?3`,
    )
    .all(now - keep.maxAgeMs, now - Math.max(keep.maxAgeMs, longPastMs), deliveriesAtOnce) as {
    key: number;
    created_at: number;
    bytes: number;
  }[];
  const dropped = { deliveries: 0, bytes: 0 };
  for (const { key, created_at, bytes } of oldest) {
    if (created_at >= now - keep.maxAgeMs && spaceTaken(database) <= keep.maxBytes) break;
    for (const sql of deletions) database.prepare(sql).run(key);
    dropped.deliveries += 1;
    dropped.bytes += bytes;
  }
  if (dropped.deliveries > 0) database.prepare("UPDATE dropped SET change = ?").run(lastChange);
  return dropped;
}

const deletions = [
  "DELETE FROM attempts WHERE delivery = ?",
  "DELETE FROM held WHERE delivery = ?",
  "DELETE FROM retries WHERE delivery = ?",
  "DELETE FROM large_bodies WHERE delivery = ?",
  "DELETE FROM deliveries WHERE key = ?",
];

/** What the file holds, without the pages that are free. */
function spaceTaken(database: Database): number {
  return (pragma(database, "page_count") - pragma(database, "freelist_count")) * pragma(database, "page_size");
}

function pragma(database: Database, name: string): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
}

/** Shortens the file by some of its free pages; false when that was all. */
export function giveBack(database: Database): boolean {
  const free = pragma(database, "freelist_count");
  if (free > 0) database.exec(`PRAGMA incremental_vacuum(${pagesAtOnce})`);
  return free > pagesAtOnce;
}

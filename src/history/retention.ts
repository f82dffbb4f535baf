import type { Database } from "./driver.ts";
import type { Retention } from "./store.ts";
import type { Writer } from "./writer.ts";
import { deleteDelivery } from "./writing.ts";

/** Dropped or given back to the disk in one commit: few enough that senders and other processes do not notice. */
const deliveriesAtOnce = 200;
const pagesAtOnce = 500;

/** See `History.prune`. Works in small commits, between which other writes take their turn. */
export async function dropDeliveries(
  writer: Writer,
  keep: Retention,
  now: number,
): Promise<{ deliveries: number; bytes: number }> {
  const dropped = { deliveries: 0, bytes: 0 };
  for (;;) {
    const { deliveries, bytes } = await writer.commit((database, tally) => {
      const some = dropOldest(database, keep, now);
      if (some.deliveries > 0) database.prepare("UPDATE dropped SET change = ?").run(tally.change);
      return some;
    });
    if (deliveries === 0) break;
    dropped.deliveries += deliveries;
    dropped.bytes += bytes;
  }
  if (dropped.deliveries > 0) while (await writer.commit(giveBack));
  return dropped;
}

function dropOldest(database: Database, keep: Retention, now: number): typeof nothing {
  // What waits for its app was acknowledged: only its age ends that.
  const oldest = database
    .prepare(
      `SELECT key, created_at, bytes FROM deliveries
      WHERE created_at < ? OR key NOT IN (SELECT delivery FROM held) ORDER BY created_at, key LIMIT ?`,
    )
    .all(now - keep.maxAgeMs, deliveriesAtOnce) as { key: number; created_at: number; bytes: number }[];
  const dropped = { ...nothing };
  for (const { key, created_at, bytes } of oldest) {
    if (created_at >= now - keep.maxAgeMs && spaceTaken(database) <= keep.maxBytes) break;
    deleteDelivery(database, key);
    dropped.deliveries += 1;
    dropped.bytes += bytes;
  }
  return dropped;
}

const nothing = { deliveries: 0, bytes: 0 };

/** What the file holds, without the pages that are free. */
function spaceTaken(database: Database): number {
  return (pragma(database, "page_count") - pragma(database, "freelist_count")) * pragma(database, "page_size");
}

function pragma(database: Database, name: string): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
}

/** Shortens the file by some of its free pages; false when there were none. */
function giveBack(database: Database): boolean {
  const free = pragma(database, "freelist_count");
  if (free > 0) database.exec(`PRAGMA incremental_vacuum(${pagesAtOnce})`);
  return free > pagesAtOnce;
}

import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { historyFileName } from "./connection.ts";
import { openDatabase, type Database } from "./driver.ts";
import { historyError } from "./faults.ts";
import { checkedVersion, rollBack } from "./schema.ts";
import type { HistoryOptions } from "./sqlite.ts";

/** What a look at a history found. */
export interface HistoryExamination {
  path: string;
  /** On the disk, with its log. */
  bytes: number;
  deliveries: number;
  /** When the newest delivery was made; milliseconds since the epoch, null when there is none. */
  newest: number | null;
  /** What SQLite's own check says of the file; empty when it is whole. */
  damage: string[];
}

/** How long another process may hold it before that is a finding, in milliseconds. */
const lockPatienceMs = 1000;

/**
 * Looks at the history in a data folder as it is: makes nothing, changes nothing, and says whether it could be written.
 * Null when there is none. Reads the whole file: 1 GB takes a second or two.
 *
 * @throws TelepathError `HISTORY_UNWRITABLE`, `HISTORY_CORRUPT`, `HISTORY_TOO_NEW`
 */
export async function examineHistory(
  folder: string,
  { open = openDatabase }: Pick<HistoryOptions, "open"> = {},
): Promise<HistoryExamination | null> {
  const path = join(folder, historyFileName);
  if (!existsSync(path)) return null;
  let database: Database | undefined;
  try {
    database = await open(path);
    database.exec(`PRAGMA busy_timeout = ${lockPatienceMs}`);
    // An empty file is a history that nobody has begun yet.
    if (checkedVersion(database, path) === 0) return { path, bytes: 0, deliveries: 0, newest: null, damage: [] };
    tryLock(database);
    const { count, newest } = database
      .prepare("SELECT count(*) AS count, max(created_at) AS newest FROM deliveries")
      .get() as { count: number; newest: number | null };
    return { path, bytes: bytesOnDisk(path), deliveries: count, newest, damage: damageOf(database) };
  } catch (error) {
    throw historyError(error, path);
  } finally {
    database?.close();
  }
}

/** Whoever may take the lock for writing may write. */
function tryLock(database: Database): void {
  database.exec("BEGIN IMMEDIATE");
  rollBack(database);
}

/** @see https://www.sqlite.org/pragma.html#pragma_quick_check */
function damageOf(database: Database): string[] {
  const rows = database.prepare("PRAGMA quick_check(5)").all();
  return rows.map((row) => String(Object.values(row)[0])).filter((line) => line !== "ok");
}

function bytesOnDisk(path: string): number {
  return ["", "-wal"].reduce((sum, end) => sum + (statSync(path + end, { throwIfNoEntry: false })?.size ?? 0), 0);
}

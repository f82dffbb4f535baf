import { TelepathError } from "../model/errors.ts";
import { resultCode, type Database } from "./driver.ts";
import { corrupt } from "./faults.ts";

/** Marks a SQLite file as ours (`PRAGMA application_id`): "TPHK". */
const applicationId = 0x54_50_48_4b;

/**
 * What leads from each version of the file to the next; `PRAGMA user_version` counts those done. Never change one
 * that was released: add another.
 *
 * Text from outside is stored as `rows.ts` says, so a column shows `\n` for a line end. `change` numbers every
 * record and update in the order of their commits, over all processes; `dropped` holds the last one when deliveries
 * were dropped, since numbers are never given twice. Each index costs a page of every commit: a failed outcome is what
 * is looked for, so only those are indexed.
 */
const migrations: readonly string[] = [
  `
  CREATE TABLE deliveries (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    change INTEGER NOT NULL,
    created_at REAL NOT NULL,
    source TEXT NOT NULL,
    event TEXT,
    call_id TEXT,
    outcome TEXT NOT NULL,
    verdict TEXT NOT NULL,
    signature TEXT NOT NULL,
    replay_of TEXT,
    body_state TEXT NOT NULL,
    method TEXT NOT NULL,
    target TEXT NOT NULL,
    headers TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    body BLOB NOT NULL
  ) STRICT;
  CREATE INDEX deliveries_by_change ON deliveries (change);
  CREATE INDEX deliveries_by_time ON deliveries (created_at);
  CREATE INDEX deliveries_by_event ON deliveries (event, created_at);
  CREATE INDEX deliveries_by_call ON deliveries (call_id, created_at);
  CREATE INDEX deliveries_failed ON deliveries (created_at) WHERE outcome = 'failed';

  CREATE TABLE attempts (
    key INTEGER PRIMARY KEY,
    delivery INTEGER NOT NULL REFERENCES deliveries (key),
    number INTEGER NOT NULL,
    started_at REAL NOT NULL,
    duration_ms REAL NOT NULL,
    url TEXT NOT NULL,
    status INTEGER,
    headers TEXT,
    body BLOB,
    failure TEXT,
    message TEXT
  ) STRICT;
  CREATE INDEX attempts_by_delivery ON attempts (delivery, number);

  CREATE TABLE dropped (change INTEGER NOT NULL) STRICT;
  INSERT INTO dropped VALUES (0);
  `,
  // Deliveries that were acknowledged and wait for their app (`listen --hold`).
  `
  CREATE TABLE held (
    delivery INTEGER PRIMARY KEY REFERENCES deliveries (key),
    target TEXT NOT NULL,
    holder INTEGER NOT NULL
  ) STRICT;
  `,
  // Attempts that are to be made (`send --retry`).
  `
  CREATE TABLE retries (
    delivery INTEGER PRIMARY KEY REFERENCES deliveries (key),
    due_at REAL NOT NULL,
    plan TEXT NOT NULL,
    holder TEXT NOT NULL
  ) STRICT;
  `,
  // SQLite writes a row anew to change any of it, so each outcome wrote the body a second time. Large ones are here, and
  // empty in their rows.
  `
  CREATE TABLE large_bodies (
    delivery INTEGER PRIMARY KEY REFERENCES deliveries (key),
    body BLOB NOT NULL
  ) STRICT;
  `,
];

/**
 * Sets a connection up and brings the file to the newest version. Safe to run in several processes at once.
 *
 * @throws TelepathError `HISTORY_TOO_NEW`, `HISTORY_CORRUPT`; what SQLite throws otherwise
 */
export function prepareFile(database: Database, path: string): void {
  // 10 ms is what a caller's event loop may stand still for; waiting longer is done without blocking.
  database.exec("PRAGMA busy_timeout = 10");
  if (version(database) < migrations.length) {
    // Both count only before the first table, in this order. Of pages of 4 KB most exchanges take one and waste half of it: pages of
    // 16 KB took 21,000 to 25,000 records a second where those took 10,000 to 14,000.
    database.exec("PRAGMA page_size = 16384; PRAGMA auto_vacuum = INCREMENTAL");
  }
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");

  if (checkedVersion(database, path) < migrations.length) migrate(database);
}

/**
 * The version of a file, which is one this can work with.
 *
 * @throws TelepathError `HISTORY_TOO_NEW`, `HISTORY_CORRUPT`; what SQLite throws otherwise
 */
export function checkedVersion(database: Database, path: string): number {
  const found = version(database);
  if (found > migrations.length) throw tooNew(path);
  if (!isOurs(database, found)) throw corrupt(path, "is a SQLite database of something else");
  return found;
}

function migrate(database: Database): void {
  database.exec("BEGIN IMMEDIATE");
  try {
    // Another process may have done it between the look and the lock.
    for (const migration of migrations.slice(version(database))) database.exec(migration);
    database.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${migrations.length}`);
    database.exec("COMMIT");
  } catch (error) {
    rollBack(database);
    throw error;
  }
}

/** Ends a transaction that failed. SQLite has ended some by itself (a full disk): that is no second failure. */
export function rollBack(database: Database): void {
  try {
    database.exec("ROLLBACK");
  } catch (error) {
    if (resultCode(error) !== 1) throw error;
  }
}

function isOurs(database: Database, version: number): boolean {
  if (version > 0) return database.prepare("PRAGMA application_id").get()?.["application_id"] === applicationId;
  return database.prepare("SELECT count(*) AS tables FROM sqlite_schema").get()?.["tables"] === 0;
}

function version(database: Database): number {
  return Number(database.prepare("PRAGMA user_version").get()?.["user_version"]);
}

function tooNew(path: string): TelepathError {
  return new TelepathError(
    "HISTORY_TOO_NEW",
    `the history ${path} was written by a newer telepath-hooks`,
    "upgrade: npm install telepath-hooks@latest; or name another folder with --data-dir",
  );
}

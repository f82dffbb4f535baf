import { randomUUID } from "node:crypto";
import { closeSync, fsyncSync, openSync, renameSync, rmSync } from "node:fs";
import type { Database } from "./driver.ts";
import type { OpenFiles } from "./files.ts";
import { rollBack } from "./schema.ts";

/**
 * Puts a copy of a database whose log was deleted in its place. The connection still reads all of it, but nobody else
 * does; and it cannot be given a new log, since SQLite opens that only with the first connection of a process. The copy
 * is a file of its own, so every connection to the old one, in whichever process, finds that it was replaced.
 *
 * The copy is not put in place when others committed or replaced the file meanwhile: look again how the files stand.
 */
export function replaceWithCopy(database: Database, path: string, files: OpenFiles): void {
  const copy = `${path}-${randomUUID()}`;
  try {
    closeSync(openSync(copy, "wx", 0o600)); // SQLite would make it readable for others
    const version = dataVersion(database);
    database.exec(`VACUUM INTO '${copy.replaceAll("'", "''")}'`);
    synchronize(copy);
    // Under the lock nobody commits to the old file any more; who does so afterwards looks whether it is in place.
    database.exec("BEGIN IMMEDIATE");
    try {
      if (dataVersion(database) === version && files.standing() === "logless") renameSync(copy, path);
    } finally {
      rollBack(database);
    }
  } finally {
    rmSync(copy, { force: true });
  }
}

/** Another one when another connection has committed. @see https://www.sqlite.org/pragma.html#pragma_data_version */
function dataVersion(database: Database): unknown {
  return database.prepare("PRAGMA data_version").get()?.["data_version"];
}

function synchronize(path: string): void {
  const file = openSync(path, "r+");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

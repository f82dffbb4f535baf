import { rmSync, statSync, type Stats } from "node:fs";
import { logTaken } from "./faults.ts";

/**
 * How the names of a database's files stand to the files that a connection has open.
 *
 * - `replaced`: the database was deleted, or another one took its name.
 * - `logless`: only its log was deleted, or the index of that. What was committed since is in a file without a name.
 * - `taken`: as `logless`, but others have written to the database since, with a log of their own. The two do not fit
 *   together.
 */
export type Standing = "in place" | "replaced" | "logless" | "taken";

/** The files that a connection has open. A name can become another file's; an inode is its file's while that is open. */
export class OpenFiles {
  readonly #path: string;
  readonly #inode: number;
  /** Of the log and its index: there as soon as the database was read, and the same until everybody has closed it. */
  readonly #log: number | undefined;
  readonly #index: number | undefined;
  /** Of the database as last seen in place. Only what moves a log into it changes that. */
  #writtenAt: number;
  /** What else has the names of log and index, and is the database's all the same. */
  #others: (number | undefined)[] = [];

  /**
   * To be made when the connection has read the database.
   *
   * @throws TelepathError `HISTORY_UNWRITABLE` when the files do not belong together
   */
  constructor(path: string) {
    const { ino, mtimeMs } = statSync(path);
    this.#path = path;
    this.#inode = ino;
    this.#writtenAt = mtimeMs;
    this.#log = found(`${path}-wal`)?.ino;
    this.#index = found(`${path}-shm`)?.ino;
    // SQLite has one index per database and process: one without a name is that of a connection not closed yet.
    if (this.#log !== undefined && this.#index === undefined) throw logTaken(path);
  }

  /** For those who committed: whether that is where others find it. One look, since each commit takes it. */
  isDatabaseInPlace(): boolean {
    const database = found(this.#path);
    if (database?.ino !== this.#inode) return false;
    this.#writtenAt = database.mtimeMs;
    return true;
  }

  standing(): Standing {
    const log = found(`${this.#path}-wal`);
    const index = found(`${this.#path}-shm`);
    // After those: a new database gets its name before its log, and that must not pass for another log of this one.
    const database = found(this.#path);
    if (database?.ino !== this.#inode) return "replaced";
    if (this.#log === undefined || (log?.ino === this.#log && index?.ino === this.#index)) {
      this.#writtenAt = database.mtimeMs;
      return "in place";
    }
    // Whoever only read has left an empty log. Nobody deletes theirs as long as the database is open here.
    const isUnwritten = log?.ino === this.#log ? index === undefined : log === undefined || log.size === 0;
    if (!isUnwritten || database.mtimeMs !== this.#writtenAt) return "taken";
    this.#others = [log?.ino, index?.ino];
    return "logless";
  }

  /** For a database that was replaced: SQLite would take its log for that of the new one. Leaves those of others. */
  removeLog(): void {
    const own = new Set([this.#log, this.#index, ...this.#others]);
    for (const path of [`${this.#path}-wal`, `${this.#path}-shm`]) {
      const inode = found(path)?.ino;
      if (inode !== undefined && own.has(inode)) rmSync(path, { force: true });
    }
  }
}

function found(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}

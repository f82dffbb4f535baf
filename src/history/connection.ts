import { closeSync, openSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { systemCode } from "../model/errors.ts";
import type { Database } from "./driver.ts";
import { historyError, isBusy } from "./faults.ts";
import { makeDataFolder } from "./folder.ts";
import { prepareFile } from "./schema.ts";

/** The database file's name in the data folder. */
export const historyFileName = "history.db";

export interface ConnectionOptions {
  folder: string;
  open: (path: string) => Promise<Database>;
  /** How long to wait for other processes that set the file up, in milliseconds. */
  patienceMs: number;
}

/** A connection to the file of a data folder, made again when that file is another. */
export class Connection {
  readonly path: string;
  readonly #options: ConnectionOptions;
  #database: Database;
  /** Which file that is, were another to take its name. */
  #inode: number;

  private constructor(options: ConnectionOptions, database: Database, path: string) {
    this.#options = options;
    this.#database = database;
    this.path = path;
    this.#inode = statSync(path).ino;
  }

  /**
   * Makes the folder and the file when they are absent.
   *
   * @throws TelepathError `HISTORY_UNWRITABLE`, `HISTORY_CORRUPT`, `HISTORY_TOO_NEW`
   */
  static async open(options: ConnectionOptions): Promise<Connection> {
    const path = join(options.folder, historyFileName);
    return new Connection(options, await opened(options, path), path);
  }

  get database(): Database {
    return this.#database;
  }

  /**
   * Opens the file anew when it was deleted or replaced (`rm -r .telepath-hooks`, `git clean -fdx`): SQLite would go
   * on writing into a file nobody can open again, and what it acknowledged would be lost.
   *
   * @returns whether that was so
   */
  async ensureInPlace(): Promise<boolean> {
    if (statSync(this.path, { throwIfNoEntry: false })?.ino === this.#inode) return false;
    const database = await opened(this.#options, this.path);
    this.#database.close();
    this.#database = database;
    this.#inode = statSync(this.path).ino;
    return true;
  }

  close(): void {
    this.#database.close();
  }
}

async function opened({ folder, open, patienceMs }: ConnectionOptions, path: string): Promise<Database> {
  makeDataFolder(folder);
  let database: Database | undefined;
  try {
    makeFile(path);
    database = await open(path);
    const deadline = performance.now() + patienceMs;
    while (!preparedUnlessBusy(database, path, deadline)) await pause(10);
    return database;
  } catch (error) {
    database?.close();
    throw historyError(error, path);
  }
}

/**
 * Makes the file for its owner only: SQLite itself would make it readable for others. One that is there is not so much
 * as opened: closing a file drops every lock this process has on it (fcntl(2)), those of its other connections too, and
 * another process would then take itself for the last one and delete the log that they still write.
 */
function makeFile(path: string): void {
  try {
    closeSync(openSync(path, "wx", 0o600));
  } catch (error) {
    if (systemCode(error) !== "EEXIST") throw error;
  }
}

function preparedUnlessBusy(database: Database, path: string, deadline: number): boolean {
  try {
    prepareFile(database, path);
    return true;
  } catch (error) {
    if (isBusy(error) && performance.now() < deadline) return false;
    throw error;
  }
}

import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { systemCode } from "../model/errors.ts";
import type { Database } from "./driver.ts";
import { historyError, isBusy, logTaken } from "./faults.ts";
import { OpenFiles } from "./files.ts";
import { makeDataFolder } from "./folder.ts";
import { replaceWithCopy } from "./rescue.ts";
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
  #files: OpenFiles;

  private constructor(options: ConnectionOptions, path: string, { database, files }: Opened) {
    this.#options = options;
    this.path = path;
    this.#database = database;
    this.#files = files;
  }

  /**
   * Makes the folder and the file when they are absent.
   *
   * @throws TelepathError `HISTORY_UNWRITABLE`, `HISTORY_CORRUPT`, `HISTORY_TOO_NEW`
   */
  static async open(options: ConnectionOptions): Promise<Connection> {
    const path = join(options.folder, historyFileName);
    return new Connection(options, path, await opened(options, path));
  }

  get database(): Database {
    return this.#database;
  }

  /**
   * Opens the file anew when it was deleted or replaced (`rm -r .telepath-hooks`, `git clean -fdx`): SQLite would go
   * on writing into a file nobody can open again, and what it acknowledged would be lost. When only the log was deleted,
   * what is in it is saved first.
   *
   * @returns whether that was so
   * @throws TelepathError `HISTORY_UNWRITABLE` when others have begun another log
   */
  async ensureInPlace(): Promise<boolean> {
    if (this.#files.standing() === "in place") return false;
    this.#saveLog();
    if (this.#files.standing() === "taken") throw logTaken(this.path);

    this.#files.removeLog();
    const { database, files } = await opened(this.#options, this.path);
    this.#database.abandon();
    this.#database = database;
    this.#files = files;
    return true;
  }

  /** For those who have just committed: false when the file was deleted or replaced before they had. */
  isInPlace(): boolean {
    return this.#files.isDatabaseInPlace();
  }

  #saveLog(): void {
    const deadline = performance.now() + this.#options.patienceMs;
    while (this.#files.standing() === "logless") {
      try {
        replaceWithCopy(this.#database, this.path, this.#files);
      } catch (error) {
        if (!isBusy(error) || performance.now() >= deadline) throw historyError(error, this.path);
      }
    }
  }

  close(): void {
    const standing = this.#files.standing();
    if (standing === "in place" || standing === "logless") this.#database.close();
    else this.#database.abandon();
  }
}

interface Opened {
  database: Database;
  files: OpenFiles;
}

async function opened({ folder, open, patienceMs }: ConnectionOptions, path: string): Promise<Opened> {
  makeDataFolder(folder);
  let database: Database | undefined;
  try {
    makeFile(path);
    database = await open(path);
    const deadline = performance.now() + patienceMs;
    while (!preparedUnlessBusy(database, path, deadline)) await pause(10);
    return { database, files: new OpenFiles(path) };
  } catch (error) {
    database?.abandon();
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

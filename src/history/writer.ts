import { setImmediate as nextTurn, setTimeout as pause } from "node:timers/promises";
import type { Database } from "./driver.ts";
import { concernsFile, historyError, isBusy } from "./faults.ts";
import { lastChange } from "./reading.ts";
import { rollBack } from "./schema.ts";

/** One change of the history, made inside a transaction. It must not wait: the lock is held. */
export type Change<T> = (database: Database, tally: Tally) => T;

/** What a transaction keeps count of, for all of its changes. */
export interface Tally {
  /** The number of the last change made. Each change takes the next. */
  change: number;
}

interface Waiting {
  change: Change<unknown>;
  deadline: number;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
}

export interface WriterOptions {
  path: string;
  /** The connection to write through: asked for before each transaction, so that a lost file can be made again. */
  connection: () => Promise<Database>;
  /** How long a change may wait for the lock, in milliseconds. */
  patienceMs: number;
}

/** Few enough that a commit holds neither the event loop nor other processes up for long. */
const changesPerCommit = 1000;

/** Commits changes in groups: those asked for in one turn of the event loop share a transaction. */
export class Writer {
  readonly #options: WriterOptions;
  #queue: Waiting[] = [];
  #draining: Promise<void> = Promise.resolve();
  #idle = true;

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  /** Resolves once the change is committed. Rejects when it was not, and then nothing of it is on record. */
  commit<T>(change: Change<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const deadline = performance.now() + this.#options.patienceMs;
      this.#queue.push({ change, deadline, resolve: resolve as (value: unknown) => void, reject });
      if (!this.#idle) return;
      this.#idle = false;
      this.#draining = this.#drain();
    });
  }

  /** Resolves when nothing is left to be written. */
  async settled(): Promise<void> {
    await this.#draining;
  }

  async #drain(): Promise<void> {
    while (this.#queue.length > 0) {
      await nextTurn();
      try {
        this.#commitGroup(await this.#options.connection());
      } catch (error) {
        if (isBusy(error)) await this.#waitForLock(error);
        else this.#rejectWhere(() => true, error);
      }
    }
    this.#idle = true;
  }

  /** @throws what stopped it before the first change; then the queue is as it was. */
  #commitGroup(database: Database): void {
    database.exec("BEGIN IMMEDIATE");
    const group = this.#queue.splice(0, changesPerCommit);
    let settle: (() => void)[];
    try {
      settle = applied(database, group);
      database.exec("COMMIT");
    } catch (error) {
      for (const { reject } of group) reject(historyError(error, this.#options.path));
      rollBack(database);
      return;
    }
    for (const tell of settle) tell();
  }

  async #waitForLock(error: unknown): Promise<void> {
    const now = performance.now();
    this.#rejectWhere(({ deadline }) => deadline <= now, error);
    // Not the same beat for every process that waits.
    if (this.#queue.length > 0) await pause(1 + Math.random() * 4);
  }

  #rejectWhere(given: (waiting: Waiting) => boolean, error: unknown): void {
    const reason = historyError(error, this.#options.path);
    const rejected = this.#queue.filter((waiting) => given(waiting));
    this.#queue = this.#queue.filter((waiting) => !given(waiting));
    for (const { reject } of rejected) reject(reason);
  }
}

/**
 * Makes the changes, and gives what is to be told to each caller after the commit. A fault of one change (an unknown
 * id) is its caller's alone; one of the file ends the group.
 */
function applied(database: Database, group: Waiting[]): (() => void)[] {
  const tally: Tally = { change: lastChange(database) };
  return group.map(({ change, resolve, reject }) => {
    try {
      const value = change(database, tally);
      return () => resolve(value);
    } catch (error) {
      if (concernsFile(error)) throw error;
      return () => reject(error);
    }
  });
}

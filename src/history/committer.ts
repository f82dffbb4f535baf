import { setTimeout as pause } from "node:timers/promises";
import { makeChange, type Change, type Tally } from "./changes.ts";
import type { Connection } from "./connection.ts";
import type { Database } from "./driver.ts";
import { concernsFile, historyError, isBusy } from "./faults.ts";
import { lastChange } from "./reading.ts";
import { rollBack } from "./schema.ts";

/** What became of one change of a group: what it came to, or why it alone could not be made. */
export type Outcome = { value: unknown } | { error: unknown };

/** Commits groups of changes, one group at a time. */
export interface Committer {
  /** It works in a thread of its own, beside this one. */
  isApart: boolean;

  /**
   * Makes the changes in one transaction. A fault of one of them (an unknown id) is its own alone.
   *
   * @param patienceMs how long to wait for other processes that hold the lock
   * @throws TelepathError `HISTORY_UNWRITABLE`, `HISTORY_CORRUPT`: then nothing of the group is on record
   */
  commit(changes: readonly Change[], patienceMs: number): Promise<Outcome[]>;

  /** No longer waits for other processes' locks, now and later. */
  endPatience(): void;

  /** Lets go of what it opened. */
  close(): Promise<void>;
}

/** For whoever commits on behalf of another thread. */
export interface Surroundings {
  /** Is called when the file had to be opened anew. */
  onReopened: () => void;
  /** Does a transaction, when it may. */
  through: <T>(work: () => T) => T;
  isPatient: () => boolean;
}

/** Commits on a connection, in this thread. */
export function createCommitter(connection: Connection, surroundings?: Surroundings): Committer {
  let isPatient = true;
  const { onReopened, through, ...asked } = surroundings ?? {
    onReopened: () => {},
    through: <T>(work: () => T) => work(),
    isPatient: () => isPatient,
  };
  return {
    isApart: false,
    async commit(changes, patienceMs) {
      const deadline = performance.now() + patienceMs;
      for (;;) {
        try {
          if (await connection.ensureInPlace()) onReopened();
          const outcomes = through(() => committed(connection.database, changes));
          if (connection.isInPlace()) return outcomes;
          continue; // once more, in the file that took its place
        } catch (error) {
          const isOver = performance.now() >= deadline || !asked.isPatient();
          if (!isBusy(error) || isOver) throw historyError(error, connection.path);
        }
        await pause(1 + Math.random() * 4); // not the same beat for every process that waits
      }
    },
    endPatience: () => void (isPatient = false),
    close: () => Promise.resolve(),
  };
}

function committed(database: Database, changes: readonly Change[]): Outcome[] {
  database.exec("BEGIN IMMEDIATE");
  try {
    const tally: Tally = { change: lastChange(database) };
    const outcomes = changes.map((change) => outcomeOf(database, tally, change));
    database.exec("COMMIT");
    return outcomes;
  } catch (error) {
    rollBack(database);
    throw error;
  }
}

/** @throws a fault of the file or the disk, which hits every change alike */
function outcomeOf(database: Database, tally: Tally, change: Change): Outcome {
  try {
    return { value: makeChange(database, tally, change) };
  } catch (error) {
    if (concernsFile(error)) throw error;
    return { error };
  }
}

import { closeSync, openSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { monotonicFactory } from "ulid";
import type { Delivery, NewDelivery } from "../model/delivery.ts";
import { openDatabase, type Database } from "./driver.ts";
import { historyError, isBusy } from "./faults.ts";
import { makeDataFolder } from "./folder.ts";
import { readHeld, takeOverHeld } from "./held.ts";
import type { Filter } from "./query.ts";
import { changedAfter, deliveriesAt, findDeliveries, lastChange } from "./reading.ts";
import { keyOf } from "./references.ts";
import { dropDeliveries } from "./retention.ts";
import { prepareFile, rollBack } from "./schema.ts";
import type { DeliveryChanges, HeldDelivery, History, Hold, Retention } from "./store.ts";
import { Writer } from "./writer.ts";
import { insertDelivery, updateDelivery } from "./writing.ts";

/** The database file's name in the data folder. */
export const historyFileName = "history.db";

export interface HistoryOptions {
  /** How long to wait for other processes before a write is given up, in milliseconds. Default 5 s. */
  patienceMs?: number;
  /** Opens the database file; for tests, which choose the driver here. */
  open?: (path: string) => Promise<Database>;
}

/**
 * Opens the history in a data folder, and makes both when they are absent.
 *
 * @throws TelepathError `HISTORY_UNWRITABLE`, `HISTORY_CORRUPT`, `HISTORY_TOO_NEW`
 */
export async function openHistory(folder: string, options: HistoryOptions = {}): Promise<History> {
  const { patienceMs = 5000, open = openDatabase } = options;
  const connect = () => connected(folder, open, patienceMs);
  return new SqliteHistory(await connect(), connect, patienceMs);
}

/** Ids rise within a process even when its clock does not. */
const nextId = monotonicFactory();

interface Connection {
  database: Database;
  path: string;
  /** Which file that is, were another to take its name. */
  inode: number;
}

async function connected(
  folder: string,
  open: (path: string) => Promise<Database>,
  patienceMs: number,
): Promise<Connection> {
  makeDataFolder(folder);
  const path = join(folder, historyFileName);
  let database: Database | undefined;
  try {
    closeSync(openSync(path, "a", 0o600)); // SQLite itself would make it readable for others
    database = await open(path);
    const deadline = performance.now() + patienceMs;
    while (!preparedUnlessBusy(database, path, deadline)) await pause(10);
    return { database, path, inode: statSync(path).ino };
  } catch (error) {
    database?.close();
    throw historyError(error, path);
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

class SqliteHistory implements History {
  #connection: Connection;
  #closed = false;
  readonly #writer: Writer;

  constructor(connection: Connection, reconnect: () => Promise<Connection>, patienceMs: number) {
    this.#connection = connection;
    this.#writer = new Writer({
      path: connection.path,
      patienceMs,
      connection: async () => {
        if (!isInPlace(this.#connection)) {
          this.#connection.database.close();
          this.#connection = await reconnect();
        }
        return this.#connection.database;
      },
    });
  }

  async record(delivery: NewDelivery, hold?: Hold): Promise<string> {
    this.#checkOpen();
    const id = nextId(delivery.createdAt);
    await this.#writer.commit((database, tally) => insertDelivery(database, tally, id, delivery, hold));
    return id;
  }

  async update(id: string, changes: DeliveryChanges): Promise<void> {
    this.#checkOpen();
    await this.#writer.commit((database, tally) => updateDelivery(database, tally, id, changes));
  }

  get(reference: string): Delivery {
    return this.#read((database) => deliveriesAt(database, [keyOf(database, reference)])[0]!);
  }

  *find(filter: Filter): Iterable<Delivery> {
    this.#checkOpen();
    const batches = findDeliveries(this.#connection.database, filter);
    for (;;) {
      const batch = this.#read(() => batches.next());
      if (batch.done) return;
      yield* batch.value;
    }
  }

  changesSince(cursor: number): { deliveries: Delivery[]; cursor: number } {
    return this.#read((database) => changedAfter(database, cursor));
  }

  cursor(): number {
    return this.#read((database) => lastChange(database));
  }

  held(): HeldDelivery[] {
    return this.#read(readHeld);
  }

  async takeOver(
    targets: readonly string[],
    holder: number,
    isLiving: (holder: number) => boolean,
  ): Promise<HeldDelivery[]> {
    this.#checkOpen();
    return await this.#writer.commit((database) => takeOverHeld(database, targets, holder, isLiving));
  }

  async prune(keep: Retention, now: number): Promise<{ deliveries: number; bytes: number }> {
    this.#checkOpen();
    return await dropDeliveries(this.#writer, keep, now);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#writer.settled();
    this.#connection.database.close();
  }

  /** Reads from one state of the history, whatever other processes commit meanwhile. */
  #read<T>(work: (database: Database) => T): T {
    this.#checkOpen();
    const { database, path } = this.#connection;
    try {
      database.exec("BEGIN");
      return work(database);
    } catch (error) {
      throw historyError(error, path);
    } finally {
      rollBack(database);
    }
  }

  #checkOpen(): void {
    if (this.#closed) throw new Error("the history is closed");
  }
}

/**
 * False when the file was deleted or replaced (`rm -r .telepath-hooks`, `git clean -fdx`): SQLite would go on writing
 * into a file nobody can open again, and what it acknowledged would be lost.
 */
function isInPlace({ path, inode }: Connection): boolean {
  return statSync(path, { throwIfNoEntry: false })?.ino === inode;
}

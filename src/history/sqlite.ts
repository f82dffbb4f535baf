import type { Delivery, NewDelivery } from "../model/delivery.ts";
import type { Retry, RetryPlan } from "../model/retry.ts";
import { insertion, update } from "./changes.ts";
import { createCommitter, type Committer } from "./committer.ts";
import { Connection } from "./connection.ts";
import { countDeliveries, spanOf, type DeliveryCount } from "./counting.ts";
import { openDatabase, type Database } from "./driver.ts";
import { historyError } from "./faults.ts";
import { readHeld } from "./held.ts";
import { nextId } from "./ids.ts";
import type { Filter } from "./query.ts";
import { changedAfter, deliveriesAt, findDeliveries, lastChange } from "./reading.ts";
import { keyOf, keysOf } from "./references.ts";
import { holdsRetry, readRetry, readRetryHolders, replanned } from "./retries.ts";
import { rollBack } from "./schema.ts";
import type {
  DeliveryChanges,
  HeldDelivery,
  History,
  PendingRetry,
  Retention,
  RetryHolder,
  Urgency,
  Waits,
} from "./store.ts";
import { createThreadCommitter } from "./thread-committer.ts";
import { Writer } from "./writer.ts";

export interface HistoryOptions {
  /** How long to wait for other processes before a write is given up, in milliseconds. Default 5 s. */
  patienceMs?: number;
  /** Commit in a thread of its own: for those who write much while others wait for them. */
  thread?: boolean;
  /** Opens the database file; for tests, which choose the driver here. Not with `thread`. */
  open?: (path: string) => Promise<Database>;
}

/**
 * Opens the history in a data folder, and makes both when they are absent.
 *
 * @throws TelepathError `HISTORY_UNWRITABLE`, `HISTORY_CORRUPT`, `HISTORY_TOO_NEW`
 */
export async function openHistory(folder: string, options: HistoryOptions = {}): Promise<History> {
  const { patienceMs = 5000, thread = false, open = openDatabase } = options;
  const connection = await Connection.open({ folder, open, patienceMs });
  const committer = thread ? createThreadCommitter({ folder, patienceMs }, connection) : createCommitter(connection);
  return new SqliteHistory(connection, committer, patienceMs);
}

class SqliteHistory implements History {
  readonly #connection: Connection;
  readonly #committer: Committer;
  readonly #writer: Writer;
  #closed = false;

  constructor(connection: Connection, committer: Committer, patienceMs: number) {
    this.#connection = connection;
    this.#committer = committer;
    this.#writer = new Writer(committer, patienceMs);
  }

  async record(delivery: NewDelivery, waits?: Waits): Promise<string> {
    this.#checkOpen();
    const id = nextId(delivery.createdAt);
    await this.#writer.commit(insertion(id, delivery, waits));
    return id;
  }

  async update(id: string, changes: DeliveryChanges, urgency?: Urgency): Promise<void> {
    this.#checkOpen();
    await this.#writer.commit(update(id, changes), urgency);
  }

  get(reference: string): Delivery {
    return this.#read((database) => deliveriesAt(database, [keyOf(database, reference)])[0]!);
  }

  getAll(ids: readonly string[]): Delivery[] {
    return this.#read((database) => deliveriesAt(database, keysOf(database, ids)));
  }

  *find(filter: Filter): Iterable<Delivery> {
    this.#checkOpen();
    for (const batch of this.#inParts(findDeliveries(this.#connection.database, filter))) yield* batch;
  }

  *counts(filter: Filter, bucketMs: number): Iterable<readonly DeliveryCount[]> {
    this.#checkOpen();
    yield* this.#inParts(countDeliveries(this.#connection.database, filter, bucketMs));
  }

  span(): { oldest: number; newest: number } | null {
    return this.#read(spanOf);
  }

  changesSince(cursor: number): { deliveries: Delivery[]; cursor: number } {
    return this.#read((database) => changedAfter(database, cursor));
  }

  cursor(): number {
    return this.#read((database) => lastChange(database));
  }

  async refresh(): Promise<boolean> {
    this.#checkOpen();
    return await this.#connection.ensureInPlace();
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
    const holders = new Set(this.held().map((one) => one.holder));
    const ended = [...holders].filter((one) => !isLiving(one));
    return await this.#writer.commit({ kind: "take-over", targets, holder, ended, body: null });
  }

  retryOf(id: string): Retry | null {
    return this.#read((database) => readRetry(database, id));
  }

  holdsRetry(id: string, holder: string): boolean {
    return this.#read((database) => holdsRetry(database, id, holder));
  }

  retryHolders(): RetryHolder[] {
    return this.#read(readRetryHolders);
  }

  async takeRetries(holder: string, isLiving: (holder: RetryHolder) => boolean): Promise<PendingRetry[]> {
    this.#checkOpen();
    const ended = this.retryHolders().flatMap((one) => (isLiving(one) ? [] : [one.holder]));
    return await this.#writer.commit({ kind: "take-retries", holder, ended, body: null });
  }

  async replanRetries(holder: string, replan: (plan: RetryPlan) => RetryPlan, now: number): Promise<PendingRetry[]> {
    const plans = this.#read((database) => replanned(database, holder, replan));
    return await this.#writer.commit({ kind: "replan-retries", holder, now, plans, body: null });
  }

  async releaseRetries(holder: string): Promise<void> {
    this.#checkOpen();
    await this.#writer.commit({ kind: "release-retries", holder, body: null });
  }

  async prune(keep: Retention, now: number): Promise<{ deliveries: number; bytes: number }> {
    this.#checkOpen();
    const dropped = { deliveries: 0, bytes: 0 };
    // In small commits, between which other writes take their turn.
    for (;;) {
      const { deliveries, bytes } = await this.#writer.commit({ kind: "drop", keep, now, body: null });
      if (deliveries === 0) break;
      dropped.deliveries += deliveries;
      dropped.bytes += bytes;
    }
    if (dropped.deliveries > 0) while (await this.#writer.commit({ kind: "give-back", body: null }));
    return dropped;
  }

  endPatience(): void {
    this.#committer.endPatience();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#writer.settled();
    await this.#committer.close();
    this.#connection.close();
  }

  /** Reads each part from one state of the history; between them no state is held. */
  *#inParts<Part>(parts: Iterator<Part>): Iterable<Part> {
    for (;;) {
      const part = this.#read(() => parts.next());
      if (part.done) return;
      yield part.value;
    }
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

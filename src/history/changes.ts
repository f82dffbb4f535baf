import type { NewDelivery } from "../model/delivery.ts";
import { TelepathError } from "../model/errors.ts";
import type { Database, Value } from "./driver.ts";
import { takeOverHeld, writeHold, type TakeOver } from "./held.ts";
import { dropOldest, giveBack, type Dropped } from "./retention.ts";
import {
  holdsRetry,
  releaseRetries,
  replanRetries,
  takeRetries,
  writeRetry,
  type ReplanRetries,
  type TakeRetries,
} from "./retries.ts";
import { attemptBytes, attemptColumns, attemptRow, deliveryColumns, rowOf, signatureRow } from "./rows.ts";
import type { DeliveryChanges, HeldDelivery, PendingRetry, Retention, Waits } from "./store.ts";

/**
 * One change of the history, made inside a transaction. It is plain data, so that another thread can make it; its
 * `body` is apart from the row, for bytes travel better alone.
 */
export type Change =
  | { kind: "insert"; row: Value[]; body: Uint8Array | null; waits: Waits | undefined }
  | {
      kind: "update";
      id: string;
      attempt: Value[] | null;
      body: Uint8Array | null;
      waits: Waits;
      columns: Value[];
      /** When it holds the attempts no more, nothing is changed by it but what the attempt took. */
      holder: string | null;
    }
  | ({ kind: "take-over"; body: null } & TakeOver)
  | ({ kind: "take-retries"; body: null } & TakeRetries)
  | ({ kind: "replan-retries"; body: null } & ReplanRetries)
  | { kind: "release-retries"; holder: string; body: null }
  | { kind: "drop"; keep: Retention; now: number; body: null }
  | { kind: "give-back"; body: null };

/** What each kind of change comes to. */
export interface Results {
  insert: undefined;
  update: undefined;
  "take-over": HeldDelivery[];
  "take-retries": PendingRetry[];
  "replan-retries": PendingRetry[];
  "release-retries": undefined;
  drop: Dropped;
  "give-back": boolean;
}

/** What a transaction keeps count of, for all of its changes. */
export interface Tally {
  /** The number of the last change made. Each change takes the next. */
  change: number;
}

/** Puts one delivery on record. */
export function insertion(id: string, delivery: NewDelivery, waits?: Waits): Change & { kind: "insert" } {
  return { kind: "insert", row: rowOf(delivery, id), body: delivery.body, waits };
}

/** Adds to a delivery on record; `UNKNOWN_DELIVERY` when there is none. */
export function update(id: string, changes: DeliveryChanges): Change & { kind: "update" } {
  const { attempt, outcome, signature, hold, retry, holder } = changes;
  const [verdict, detail] = signature ? signatureRow(signature) : [null, null];
  return {
    kind: "update",
    id,
    attempt: attempt ? attemptRow(attempt) : null,
    body: attempt?.response?.body ?? null,
    waits: { ...(hold === undefined ? {} : { hold }), ...(retry === undefined ? {} : { retry }) },
    columns: [attempt ? attemptBytes(attempt) : 0, outcome ?? null, verdict, detail],
    // What the app took is not to be sent again, whoever would do so.
    holder: outcome === "delivered" ? null : (holder ?? null),
  };
}

/** Makes a change. It must not wait: the lock is held. */
export function makeChange(database: Database, tally: Tally, change: Change): Results[Change["kind"]] {
  switch (change.kind) {
    case "insert":
      return makeInsertion(database, tally, change);
    case "update":
      return makeUpdate(database, tally, change);
    case "take-over":
      return takeOverHeld(database, change);
    case "take-retries":
      return takeRetries(database, change);
    case "replan-retries":
      return replanRetries(database, change);
    case "release-retries":
      return releaseRetries(database, change.holder);
    case "drop":
      return dropOldest(database, tally.change, change);
    case "give-back":
      return giveBack(database);
  }
}

function makeInsertion(database: Database, tally: Tally, { row, body, waits }: Change & { kind: "insert" }): undefined {
  tally.change += 1;
  const isLarge = body !== null && body.byteLength > largeBytes;
  database.prepare(insertDeliverySql).run(...row, tally.change, isLarge ? none : body);
  if (isLarge) database.prepare(insertLargeBodySql).run(body);
  if (waits) writeWaits(database, row[0] as string, waits);
}

function makeUpdate(database: Database, tally: Tally, change: Change & { kind: "update" }): undefined {
  const { id, attempt, body, holder } = change;
  const isTaken = holder !== null && !holdsRetry(database, id, holder);
  const columns = isTaken ? [change.columns[0]!, null, null, null] : change.columns;
  const { changes } = database.prepare(updateSql).run(tally.change + 1, ...columns, id);
  if (changes === 0) {
    throw new TelepathError("UNKNOWN_DELIVERY", `no delivery has the id ${id}`, "it may have been dropped");
  }
  tally.change += 1;
  if (attempt) database.prepare(insertAttemptSql).run(...attempt, body, id);
  if (!isTaken) writeWaits(database, id, change.waits);
}

function writeWaits(database: Database, id: string, { hold, retry }: Waits): void {
  if (hold === undefined && retry === undefined) return;
  const key = database.prepare("SELECT key FROM deliveries WHERE id = ?").get(id)!["key"] as number;
  if (hold !== undefined) writeHold(database, key, hold);
  if (retry !== undefined) writeRetry(database, key, retry);
}

/** From here on, another statement for the body costs less than writing it twice. */
const largeBytes = 4 * 1024;
const none = new Uint8Array(0);

const insertDeliverySql = insertInto("deliveries", `${deliveryColumns}, change, body`);
const insertLargeBodySql = "INSERT INTO large_bodies (delivery, body) VALUES (last_insert_rowid(), ?)";
// To look for the key in the same statement costs a quarter of what a statement for it does.
const insertAttemptSql = `INSERT INTO attempts (${attemptColumns}, body, delivery)
  VALUES (${placesFor(attemptColumns)}, ?, (SELECT key FROM deliveries WHERE id = ?))`;
const updateSql = `
  UPDATE deliveries
  SET change = ?, bytes = bytes + ?, outcome = coalesce(?, outcome),
      verdict = coalesce(?, verdict), signature = coalesce(?, signature)
  WHERE id = ?`;

function insertInto(table: string, columns: string): string {
  return `INSERT INTO ${table} (${columns}) VALUES (${placesFor(columns)})`;
}

function placesFor(columns: string): string {
  return columns.replace(/\w+/g, "?");
}

import { TelepathError } from "../model/errors.ts";
import type { NewDelivery } from "../model/delivery.ts";
import type { Database } from "./driver.ts";
import { writeHold } from "./held.ts";
import { attemptBytes, attemptColumns, attemptRow, deliveryColumns, rowOf, signatureRow } from "./rows.ts";
import type { DeliveryChanges, Hold } from "./store.ts";
import type { Tally } from "./writer.ts";

/** Puts one delivery on record. */
export function insertDelivery(database: Database, tally: Tally, id: string, delivery: NewDelivery, hold?: Hold): void {
  tally.change += 1;
  database.prepare(insertDeliverySql).run(...rowOf(delivery, id, tally.change));
  if (hold) writeHold(database, Number(database.prepare("SELECT last_insert_rowid() AS key").get()?.["key"]), hold);
}

/** @throws TelepathError `UNKNOWN_DELIVERY` */
export function updateDelivery(database: Database, tally: Tally, id: string, changes: DeliveryChanges): void {
  const row = database.prepare("SELECT key FROM deliveries WHERE id = ?").get(id);
  if (!row) throw new TelepathError("UNKNOWN_DELIVERY", `no delivery has the id ${id}`, "it may have been dropped");
  const key = Number(row["key"]);

  const { attempt, outcome, signature, hold } = changes;
  if (attempt) database.prepare(insertAttemptSql).run(...attemptRow(attempt, key));
  const [verdict, detail] = signature ? signatureRow(signature) : [null, null];

  if (hold !== undefined) writeHold(database, key, hold);
  tally.change += 1;
  database
    .prepare(updateSql)
    .run(tally.change, attempt ? attemptBytes(attempt) : 0, outcome ?? null, verdict, detail, key);
}

/** Takes a delivery and its attempts off the record. */
export function deleteDelivery(database: Database, key: number): void {
  database.prepare("DELETE FROM attempts WHERE delivery = ?").run(key);
  writeHold(database, key, null);
  database.prepare("DELETE FROM deliveries WHERE key = ?").run(key);
}

const insertDeliverySql = `INSERT INTO deliveries (${deliveryColumns}) VALUES (${placesFor(deliveryColumns)})`;
const insertAttemptSql = `INSERT INTO attempts (${attemptColumns}) VALUES (${placesFor(attemptColumns)})`;
const updateSql = `
  UPDATE deliveries
  SET change = ?, bytes = bytes + ?, outcome = coalesce(?, outcome),
      verdict = coalesce(?, verdict), signature = coalesce(?, signature)
  WHERE key = ?`;

function placesFor(columns: string): string {
  return columns.replace(/\w+/g, "?");
}

import type { Database } from "./driver.ts";
import { readText, storedText } from "./rows.ts";
import type { HeldDelivery, Hold } from "./store.ts";

/** Notes that a delivery waits, or with null that it waits no longer. */
export function writeHold(database: Database, key: number, hold: Hold | null): void {
  if (hold === null) database.prepare("DELETE FROM held WHERE delivery = ?").run(key);
  else
    database
      .prepare("INSERT OR REPLACE INTO held (delivery, target, holder) VALUES (?, ?, ?)")
      .run(key, storedText(hold.target), hold.holder);
}

/** See `History.held`. */
export function readHeld(database: Database): HeldDelivery[] {
  return database
    .prepare(
      "SELECT id, bytes, held.target AS app, holder FROM held JOIN deliveries ON key = delivery ORDER BY created_at, id",
    )
    .all()
    .map((row) => ({
      id: row["id"] as string,
      bytes: row["bytes"] as number,
      target: readText(row["app"]),
      holder: row["holder"] as number,
    }));
}

/** Who takes over what; see `History.takeOver`. */
export interface TakeOver {
  targets: readonly string[];
  holder: number;
  /** Holders that are no more. */
  ended: readonly number[];
}

/** See `History.takeOver`. */
export function takeOverHeld(database: Database, { targets, holder, ended }: TakeOver): HeldDelivery[] {
  const mine = readHeld(database).filter(
    (one) => targets.includes(one.target) && (one.holder === holder || ended.includes(one.holder)),
  );
  const update = database.prepare(
    "UPDATE held SET holder = ? WHERE delivery = (SELECT key FROM deliveries WHERE id = ?)",
  );
  for (const { id } of mine) update.run(holder, id);
  return mine.map(({ id, bytes, target }) => ({ id, bytes, target, holder }));
}

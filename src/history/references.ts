import { TelepathError } from "../model/errors.ts";
import type { Database } from "./driver.ts";

/** What a user can say for a delivery without an id. */
const wordQueries: Record<string, string> = {
  last: "SELECT key FROM deliveries ORDER BY created_at DESC, key DESC LIMIT 1",
  "last-failed": "SELECT key FROM deliveries WHERE outcome = 'failed' ORDER BY created_at DESC, key DESC LIMIT 1",
};

/** The shortest part of an id that is taken for one. */
const shortestPart = 4;
const candidatesNamed = 5;

/**
 * Finds the key of the delivery a user means; see `History.get`.
 *
 * @throws TelepathError `UNKNOWN_DELIVERY`, `AMBIGUOUS_DELIVERY`
 */
export function keyOf(database: Database, reference: string): number {
  if (Object.hasOwn(wordQueries, reference)) {
    const row = database.prepare(wordQueries[reference]!).get();
    if (row) return Number(row["key"]);
    throw unknown(`the history holds no ${reference === "last" ? "delivery" : "failed delivery"}`);
  }

  const part = reference.toUpperCase(); // Crockford's base 32 has no case
  const whole = database.prepare("SELECT key FROM deliveries WHERE id = ?").get(part);
  if (whole) return Number(whole["key"]);
  if (!/^[0-9A-Z]+$/.test(part)) throw unknown(`"${reference}" is no delivery id`);
  if (part.length < shortestPart)
    throw unknown(`"${reference}" is too short for an id: it takes ${shortestPart} characters`);

  const candidates = matching(database, part);
  if (candidates.length === 0) throw unknown(`no delivery has an id that starts or ends with "${reference}"`);
  if (candidates.length > 1) throw ambiguous(reference, candidates);
  return candidates[0]!.key;
}

/** The keys of those of these ids, whole ones, that are on record. */
export function keysOf(database: Database, ids: readonly string[]): number[] {
  const rows = database.prepare(keysSql).all(JSON.stringify(ids));
  return rows.map(({ key }) => Number(key));
}

const keysSql = "SELECT key FROM deliveries WHERE id IN (SELECT value FROM json_each(?))";

interface Candidate {
  key: number;
  id: string;
}

/** Newest first, one more than is named. `:` follows the digits and `[` the letters in ASCII, so both end a prefix. */
function matching(database: Database, part: string): Candidate[] {
  return database
    .prepare(
      `SELECT key, id FROM deliveries WHERE id >= ? AND id < ?
       UNION SELECT key, id FROM deliveries WHERE substr(id, ?) = ?
       ORDER BY id DESC LIMIT ?`,
    )
    .all(part, `${part}[`, -part.length, part, candidatesNamed + 1) as unknown as Candidate[];
}

function unknown(message: string): TelepathError {
  return new TelepathError("UNKNOWN_DELIVERY", message, "telepath-hooks log lists the deliveries on record");
}

function ambiguous(reference: string, candidates: Candidate[]): TelepathError {
  const named = candidates.slice(0, candidatesNamed).map(({ id }) => id);
  const more = candidates.length > candidatesNamed ? ", …" : "";
  return new TelepathError(
    "AMBIGUOUS_DELIVERY",
    `"${reference}" is the start or end of several ids: ${named.join(", ")}${more}`,
    "give more characters; the last ones differ most",
  );
}

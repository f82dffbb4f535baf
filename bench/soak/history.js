/** What the history must hold after a soak. */
import Libsql from "libsql";
import { join } from "node:path";
import { sha256 } from "./senders.js";

/** @param acknowledged token → hash of the body @returns what is not as it must be, in words */
export function problemsOf(dataDir, acknowledged, deliveriesTold) {
  const database = new Libsql(join(dataDir, "history.db"));
  const problems = [];
  const [{ integrity_check: integrity }] = database.prepare("PRAGMA integrity_check").all();
  if (integrity !== "ok") problems.push(`integrity_check: ${integrity}`);

  const { count, pending } = database
    .prepare("SELECT count(*) AS count, sum(outcome = 'pending') AS pending FROM deliveries")
    .get();
  if (count !== deliveriesTold) problems.push(`${count} on record, ${deliveriesTold} told of`);
  if (pending > 0) problems.push(`${pending} without an outcome`);

  const read = database.prepare(`
    SELECT coalesce(large_bodies.body, deliveries.body) AS body
    FROM deliveries LEFT JOIN large_bodies ON delivery = key WHERE call_id = ? AND outcome = 'delivered'`);
  let [lost, changed] = [0, 0];
  for (const [token, hash] of acknowledged) {
    const rows = read.all([token]);
    if (rows.length === 0) lost += 1;
    else if (!rows.some(({ body }) => sha256(Buffer.from(body)) === hash)) changed += 1;
  }
  if (lost > 0) problems.push(`${lost} acknowledged and not on record`);
  if (changed > 0) problems.push(`${changed} acknowledged, and on record with another body`);
  database.close();
  return { problems, onRecord: count };
}

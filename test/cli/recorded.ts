import { join } from "node:path";
import { onTestFinished } from "vitest";
import { openHistory } from "../../src/history/sqlite.ts";
import type { History } from "../../src/history/store.ts";
import type { Attempt, Delivery, NewDelivery } from "../../src/model/delivery.ts";
import { freshFolder } from "./run.ts";

/** The history of the project in a folder, closed when the test ends. */
export async function historyIn(folder: string): Promise<History> {
  const history = await openHistory(join(folder, ".telepath-hooks"));
  onTestFinished(() => history.close());
  return history;
}

export type Recorded = Partial<NewDelivery> & { attempts?: Attempt[] };

/** Puts a delivery and its attempts on record, and resolves to its id. */
export async function record(history: History, { attempts = [], ...changes }: Recorded = {}): Promise<string> {
  const id = await history.record({
    source: "listen",
    createdAt: Date.now(),
    method: "POST",
    target: "/webhooks",
    headers: [["Content-Type", "application/json"]],
    body: Buffer.from('{"event":"call.ended","call_id":"call_abc123"}'),
    event: "call.ended",
    callId: "call_abc123",
    signature: { verdict: "valid", secret: "development secret", diagnosis: null },
    outcome: "delivered",
    replayOf: null,
    bodyState: "whole",
    ...changes,
  });
  for (const attempt of attempts) await history.update(id, { attempt });
  return id;
}

/** A project folder whose history holds these, oldest first, and their ids. */
export async function projectWith(
  ...deliveries: Recorded[]
): Promise<{ cwd: string; history: History; ids: string[] }> {
  const cwd = freshFolder();
  const history = await historyIn(cwd);
  const ids: string[] = [];
  for (const delivery of deliveries) ids.push(await record(history, delivery));
  return { cwd, history, ids };
}

export function attempt(changes: Partial<Attempt> = {}): Attempt {
  return {
    number: 1,
    startedAt: 1_763_000_000_000,
    durationMs: 12,
    url: "http://localhost:3000/webhooks",
    response: { status: 200, headers: [["Content-Type", "text/plain"]], body: Buffer.from("fine") },
    failure: null,
    message: null,
    ...changes,
  };
}

/** A settled delivery that no history has seen. */
export function madeDelivery(changes: Partial<Delivery> = {}): Delivery {
  return {
    id: "01JD00000000000000007Q2M9X",
    source: "listen",
    createdAt: Date.UTC(2026, 0, 2, 14, 2, 11),
    method: "POST",
    target: "/webhooks/telepath",
    headers: [["Content-Type", "application/json"]],
    body: Buffer.from('{"event":"call.ended","call_id":"call_3f9a8b7c"}'),
    bodyState: "whole",
    event: "call.ended",
    callId: "call_3f9a8b7c",
    signature: { verdict: "valid", secret: "TELEPATH_WEBHOOK_SECRET", diagnosis: null },
    outcome: "delivered",
    attempts: [attempt({ durationMs: 12.3 })],
    replayOf: null,
    ...changes,
  };
}

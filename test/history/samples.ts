import type { Attempt, NewDelivery } from "../../src/model/delivery.ts";
import { eventHead } from "../../src/model/event.ts";

/** A delivery as `listen` would put it on record; `changes` says what this test cares about. */
export function newDelivery(changes: Partial<NewDelivery> = {}): NewDelivery {
  const body = changes.body ?? Buffer.from('{"event":"call.started","call_id":"call_abc123xyz"}');
  const { event, callId } = eventHead(body);
  return {
    source: "listen",
    createdAt: 1_763_000_000_000,
    method: "POST",
    target: "/webhooks",
    headers: [["Content-Type", "application/json"]],
    body,
    event,
    callId,
    signature: { verdict: "unchecked", secret: null, diagnosis: null },
    outcome: "pending",
    replayOf: null,
    bodyState: "whole",
    ...changes,
  };
}

/** A delivery with this payload, and the event and call it names. */
export function deliveryOf(payload: unknown, changes: Partial<NewDelivery> = {}): NewDelivery {
  return newDelivery({ body: Buffer.from(JSON.stringify(payload)), ...changes });
}

/** An attempt answered with 200. */
export function newAttempt(changes: Partial<Attempt> = {}): Attempt {
  return {
    number: 1,
    startedAt: 1_763_000_000_001,
    durationMs: 12.345,
    url: "http://localhost:3000/webhooks",
    response: { status: 200, headers: [["Content-Type", "text/plain"]], body: Buffer.from("ok") },
    failure: null,
    message: null,
    ...changes,
  };
}

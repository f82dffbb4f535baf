import type { Attempt, Delivery, NewDelivery, Outcome } from "../model/delivery.ts";
import type { Expectation } from "./expectation.ts";
import { checkRequest, wireHeaders } from "./head.ts";
import type { Transport } from "./transport.ts";

/** Puts deliveries on record. The history is one. */
export interface Recorder {
  record(delivery: NewDelivery): Promise<string>;
  update(id: string, changes: { attempt?: Attempt; outcome?: Outcome }): Promise<void>;
}

/** A delivery about to be made: the request, where to, and what the record says of it. */
export interface Draft extends Omit<NewDelivery, "createdAt" | "outcome" | "bodyState"> {
  /** Scheme, host and port. */
  origin: string;
}

export interface Terms {
  transport: Transport;
  /** Null keeps no record; the delivery then has no id. */
  history: Recorder | null;
  /** What counts as delivered. */
  expects: Expectation;
  timeoutMs: number;
  /** Milliseconds since the epoch. */
  now: () => number;
}

/**
 * Makes one delivery: on record as pending, one attempt, then the attempt and the outcome on record. What stands on
 * record is what went over the wire, framing included.
 *
 * @param signal ends the attempt; it is then on record as aborted
 * @throws TelepathError `INVALID_REQUEST` before anything is recorded or sent; what the recorder throws
 */
export async function deliver(draft: Draft, terms: Terms, signal?: AbortSignal): Promise<Delivery> {
  checkRequest(draft);
  const { origin, ...rest } = draft;
  const headers = wireHeaders(draft, new URL(origin).host);
  const pending: NewDelivery = {
    ...rest,
    headers,
    createdAt: terms.now(),
    outcome: "pending",
    bodyState: "whole",
  };
  const id = terms.history ? await terms.history.record(pending) : "";
  const exchange = await terms.transport.exchange({
    origin,
    method: draft.method,
    target: draft.target,
    headers,
    body: draft.body,
    timeoutMs: terms.timeoutMs,
    ...(signal ? { signal } : {}),
  });
  const attempt: Attempt = { number: 1, ...exchange };
  const outcome = attempt.response && terms.expects(attempt.response.status) ? "delivered" : "failed";
  await terms.history?.update(id, { attempt, outcome });
  return { ...pending, id, outcome, attempts: [attempt] };
}

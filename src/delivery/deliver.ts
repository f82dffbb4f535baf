import { deliveryOf, type Attempt, type Delivery, type NewDelivery, type Outcome } from "../model/delivery.ts";
import type { HeaderList } from "../model/http.ts";
import type { Expectation } from "./expectation.ts";
import { checkRequest, wireHeaders } from "./head.ts";
import { attemptOf, type OutgoingRequest, type Transport } from "./transport.ts";

/** Puts deliveries on record. The history is one. */
export interface Recorder {
  record(delivery: NewDelivery): Promise<string>;
  update(id: string, changes: { attempt?: Attempt; outcome?: Outcome }): Promise<void>;
}

/** A delivery about to be made: the request, where to, and what the record says of it. */
export interface Draft extends Omit<NewDelivery, "createdAt" | "outcome" | "bodyState"> {
  /** Scheme, host and port. */
  origin: string;
  /** Host and port, as the `Host` header says them. */
  host: string;
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
  if (terms.history) checkRequest(draft); // before it is on record; the transport does it before it is sent
  const pending = pendingDelivery(draft, terms.now());
  const id = terms.history ? await terms.history.record(pending) : "";
  const exchange = await terms.transport.exchange(outgoing(draft, pending.headers, terms.timeoutMs, signal));
  const attempt = attemptOf(exchange, 1);
  const outcome = attempt.response && terms.expects(attempt.response.status) ? "delivered" : "failed";
  await terms.history?.update(id, { attempt, outcome });
  return deliveryOf(pending, id, outcome, [attempt]);
}

/** A draft as it is first on record, without an id yet: with the headers that go over the wire. */
export function pendingDelivery(draft: Draft, createdAt: number): Delivery {
  // Member by member: copying with `...` costs more than signing does.
  return {
    id: "",
    method: draft.method,
    target: draft.target,
    headers: wireHeaders(draft, draft.host),
    body: draft.body,
    source: draft.source,
    createdAt,
    event: draft.event,
    callId: draft.callId,
    signature: draft.signature,
    outcome: "pending",
    attempts: [],
    replayOf: draft.replayOf,
    bodyState: "whole",
  };
}

function outgoing(
  draft: Draft,
  headers: HeaderList,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): OutgoingRequest {
  const request = {
    origin: draft.origin,
    method: draft.method,
    target: draft.target,
    headers,
    body: draft.body,
    timeoutMs,
  };
  return signal ? Object.assign(request, { signal }) : request;
}

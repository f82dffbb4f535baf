import type { Attempt, Delivery, NewDelivery, Outcome } from "../model/delivery.ts";
import type { HeaderList } from "../model/http.ts";
import type { Expectation } from "./expectation.ts";
import { checkRequest, wireHeaders } from "./head.ts";
import type { OutgoingRequest, Transport } from "./transport.ts";

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
  const { headers, createdAt } = pending;
  const id = terms.history ? await terms.history.record(pending) : "";
  const exchange = await terms.transport.exchange(outgoing(draft, headers, terms.timeoutMs, signal));
  const attempt: Attempt = { number: 1, ...exchange };
  const outcome = attempt.response && terms.expects(attempt.response.status) ? "delivered" : "failed";
  await terms.history?.update(id, { attempt, outcome });
  return deliveryOf(draft, headers, createdAt, id, outcome, [attempt]);
}

/** A draft as it is first on record, without an id yet: with the headers that go over the wire. */
export function pendingDelivery(draft: Draft, createdAt: number): Delivery {
  return deliveryOf(draft, wireHeaders(draft, draft.host), createdAt, "", "pending", []);
}

// Member by member: copying with `...` costs more than signing does.
function deliveryOf(
  draft: Draft,
  headers: HeaderList,
  createdAt: number,
  id: string,
  outcome: Outcome,
  attempts: Attempt[],
): Delivery {
  return {
    id,
    method: draft.method,
    target: draft.target,
    headers,
    body: draft.body,
    source: draft.source,
    createdAt,
    event: draft.event,
    callId: draft.callId,
    signature: draft.signature,
    outcome,
    attempts,
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

import type { HttpRequest, HttpResponse } from "./http.ts";

/** How a delivery came to be: received by `listen`, made by `send`, made from another by `replay`, read from a dump. */
export type Source = "listen" | "send" | "replay" | "import";
export const sources = ["listen", "send", "replay", "import"] as const satisfies Source[];

/**
 * What became of a delivery: an attempt was answered as wished (`delivered`), none was (`failed`), one is still under
 * way (`pending`), or it was only kept (`captured`).
 */
export type Outcome = "delivered" | "failed" | "pending" | "captured";
export const outcomes = ["delivered", "failed", "pending", "captured"] as const satisfies Outcome[];

/** Why an attempt has no answer. */
export type FailureKind = "refused" | "timeout" | "reset" | "dns" | "tls" | "aborted";

/** One try at handing a request over: it has a response, or a failure. */
export interface Attempt {
  /** Counted from 1. */
  number: number;
  /** Milliseconds since the epoch. */
  startedAt: number;
  durationMs: number;
  /** Where it went, without credentials. */
  url: string;
  response: HttpResponse | null;
  failure: FailureKind | null;
  /** What the failure was, in words. */
  message: string | null;
}

/** What the signature check said when the request was received or sent. */
export interface SignatureRecord {
  verdict: SignatureVerdict;
  /** The name of the secret that matched. */
  secret: string | null;
  /** Why not, when `invalid`. */
  diagnosis: Diagnosis | null;
}
export type SignatureVerdict = "valid" | "invalid" | "missing" | "unchecked";
export const signatureVerdicts = ["valid", "invalid", "missing", "unchecked"] as const satisfies SignatureVerdict[];

/** The cause of a signature that does not match. */
export interface Diagnosis {
  /** One of the codes of the diagnosis guide, such as `json-reserialised-compact`. */
  code: string;
  /** An HMAC matched after `steps`. Without that, nothing is called a cause. */
  proven: boolean;
  /** What leads from the dump and the secret given to those that match, in order. */
  steps: string[];
  /** What happened, and on which side. */
  summary: string;
  /** What to do about it. */
  advice: string;
  /** Where the bytes held and the bytes signed part. */
  firstDifference: FirstDifference | null;
}

export interface FirstDifference {
  /** Bytes from the start of the body. */
  offset: number;
  /** The bytes around it as text, control characters escaped: what the dump holds, and what was signed. */
  held: string;
  signed: string;
  heldBytes: number;
  signedBytes: number;
}

/** One request on record, with everything that happened to it. */
export interface Delivery extends HttpRequest {
  /** A ULID: sorts by time. */
  id: string;
  source: Source;
  /** When it was received or made; milliseconds since the epoch. */
  createdAt: number;
  /** The event type its payload names, as written there; null when it names none. */
  event: string | null;
  callId: string | null;
  signature: SignatureRecord;
  outcome: Outcome;
  attempts: Attempt[];
  /** The delivery this one repeats. */
  replayOf: string | null;
  /**
   * How much of the body is on record: all of it; cut at the limit (`too-large`); its first part, or none, because the
   * sender went away or the dump ended (`incomplete`); what a dump made of it, which need not be the bytes that were
   * sent (`inexact`). Only a whole one is ever forwarded, or sent again as it was.
   */
  bodyState: BodyState;
}
export type BodyState = "whole" | "too-large" | "incomplete" | "inexact";

/** A delivery as it is first put on record: no attempts yet, and the history gives the id. */
export type NewDelivery = Omit<Delivery, "id" | "attempts">;

/** A delivery with its id and what has become of it. */
export function deliveryOf(made: NewDelivery, id: string, outcome: Outcome, attempts: Attempt[]): Delivery {
  // Member by member: V8 makes a new shape for each object that is spread with this many members, and a shape lives long.
  return {
    id,
    method: made.method,
    target: made.target,
    headers: made.headers,
    body: made.body,
    source: made.source,
    createdAt: made.createdAt,
    event: made.event,
    callId: made.callId,
    signature: made.signature,
    outcome,
    attempts,
    replayOf: made.replayOf,
    bodyState: made.bodyState,
  };
}

/** The status of the answer that counts: the last attempt's. */
export function lastStatus(delivery: Pick<Delivery, "attempts">): number | null {
  return delivery.attempts.at(-1)?.response?.status ?? null;
}

import type { Draft } from "../delivery/deliver.ts";
import { eventHeaders } from "../delivery/event-headers.ts";
import { tampered, type Tampering } from "../delivery/tamper.ts";
import type { Target } from "../delivery/target.ts";
import type { Delivery } from "../model/delivery.ts";
import { eventHead } from "../model/event.ts";
import type { HeaderList } from "../model/http.ts";
import type { Secret } from "../model/secret.ts";
import { signedHeader } from "../signatures/sign.ts";

/** What became of one request. */
export interface Delivered {
  /** The event's type; null for a body that names none. */
  event: string | null;
  callId: string | null;
  /** The exact body that was sent. */
  payload: Uint8Array;
  /** True when the app answered with 2xx, which is what Telepath takes for delivered. */
  ok: boolean;
  /** Null when there was no answer. */
  status: number | null;
  /** The answer's headers, by lower-case name. */
  headers: Readonly<Record<string, string>>;
  /** The answer's body as UTF-8. */
  body: string;
  /** Why there is no answer, in words. */
  failure: string | null;
  durationMs: number;
}

/** How requests of tests name their sender. */
export const userAgent = "telepath-hooks-testing";

/** How a payload becomes a request. */
export interface DraftTerms {
  target: Target;
  secret: Secret;
  headers: HeaderList;
  tamper?: Tampering | undefined;
}

/** A payload as a signed request, or as one that must be refused. */
export function draftOf(payload: Uint8Array, { target, secret, headers, tamper }: DraftTerms): Draft {
  const { body, signature } = tamper
    ? tampered(payload, secret, tamper)
    : { body: payload, signature: [signedHeader(payload, secret)] };
  return {
    ...target,
    ...eventHead(body),
    method: "POST",
    headers: eventHeaders({ target, userAgent, signature, added: headers }),
    body,
    source: "send",
    signature: { verdict: "unchecked", secret: null, diagnosis: null },
    replayOf: null,
  };
}

/** A delivery as tests see it. */
export function deliveredOf({ event, callId, body, outcome, attempts }: Delivery): Delivered {
  const { response, message, failure, durationMs } = attempts[0]!;
  return {
    event,
    callId,
    payload: body,
    ok: outcome === "delivered",
    status: response?.status ?? null,
    headers: Object.fromEntries((response?.headers ?? []).map(([name, value]) => [name.toLowerCase(), value])),
    body: Buffer.from(response?.body ?? "").toString("utf8"),
    failure: response ? null : (message ?? failure),
    durationMs,
  };
}

import type { ExportedRequest } from "../../dumps/exports/export.ts";
import { redacted } from "../../dumps/exports/redact.ts";
import type { Delivery } from "../../model/delivery.ts";
import type { Secret } from "../../model/secret.ts";

/** A delivery as a request to hand on: as it was received or sent, and where it went last. */
export function exportedRequest(delivery: Delivery): ExportedRequest {
  const { method, target, headers, body, bodyState, createdAt, attempts } = delivery;
  const last = attempts.at(-1);
  return {
    method,
    target,
    headers,
    body,
    bodyState,
    startedAt: createdAt,
    url: last?.url,
    ...(last?.response && { answer: { response: last.response, durationMs: last.durationMs } }),
  };
}

/** Takes out what is not to be passed around, and counts what that did. */
export interface Redaction {
  apply(request: ExportedRequest): ExportedRequest;
  counts(): RedactionCounts;
}

export interface RedactionCounts {
  /** Bodies that are others now: their signatures do not match any more. */
  changed: number;
  /** Bodies that are not JSON: nobody looked for phone numbers in them. */
  unread: number;
}

export function createRedaction(secrets: readonly Secret[]): Redaction {
  const values = secrets.map((secret) => secret.reveal());
  const counts: RedactionCounts = { changed: 0, unread: 0 };
  return {
    apply(request) {
      const { request: result, isBodyChanged, isBodyRead } = redacted(request, values);
      if (isBodyChanged) counts.changed += 1;
      if (!isBodyRead) counts.unread += 1;
      return result;
    },
    counts: () => counts,
  };
}

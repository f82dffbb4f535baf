import type { Attempt, BodyState, Delivery, FailureKind, NewDelivery, Outcome } from "../model/delivery.ts";
import type { SignatureRecord, SignatureVerdict, Source } from "../model/delivery.ts";
import type { HeaderList, HttpRequest, HttpResponse } from "../model/http.ts";
import type { Row, Value } from "./driver.ts";

/**
 * Text from outside as it is stored: the inside of a JSON string. SQLite's text ends at a NUL for some readers and
 * has no lone surrogates, and a payload can name `"\ud800\u0000"` as its event. Ordinary text looks the same.
 */
export function storedText(text: string): string {
  return asItIs.test(text) ? text : JSON.stringify(text).slice(1, -1);
}

const asItIs = /^[ !#-[\]-~]*$/;

/** The text that was stored. */
export function readText(stored: unknown): string {
  return JSON.parse(`"${stored as string}"`) as string;
}

/** The same where there may be none. */
export function readOptionalText(stored: unknown): string | null {
  return stored === null ? null : readText(stored);
}

/** The columns of a delivery in the order of `rowOf`, without `change` and `body`; `deliveries` is the table. */
export const deliveryColumns =
  "id, created_at, source, event, call_id, outcome, verdict, signature, replay_of, body_state, method, target, headers, bytes";

/** A new delivery as the values of `deliveryColumns`. */
export function rowOf(delivery: NewDelivery, id: string): Value[] {
  return [
    id,
    delivery.createdAt,
    delivery.source,
    stored(delivery.event),
    stored(delivery.callId),
    delivery.outcome,
    ...signatureRow(delivery.signature),
    delivery.replayOf,
    delivery.bodyState,
    storedText(delivery.method),
    storedText(delivery.target),
    JSON.stringify(delivery.headers),
    rowBytes(delivery),
  ];
}

/** What a request takes up, near enough for a limit: body and head. */
export function rowBytes({ body, headers, target }: HttpRequest): number {
  return headers.reduce((sum, [name, value]) => sum + name.length + value.length + 4, body.byteLength + target.length);
}

/** The columns `verdict` and `signature`. */
export function signatureRow(record: SignatureRecord): [verdict: string, signature: string] {
  return [record.verdict, JSON.stringify({ secret: record.secret, diagnosis: record.diagnosis })];
}

/** A row of `deliveries` and those of its attempts, read back. */
export function deliveryOf(row: Row, attempts: Row[]): Delivery {
  return {
    id: row["id"] as string,
    source: row["source"] as Source,
    createdAt: row["created_at"] as number,
    method: readText(row["method"]),
    target: readText(row["target"]),
    headers: JSON.parse(row["headers"] as string) as HeaderList,
    body: (row["large_body"] ?? row["body"]) as Buffer,
    event: readOptionalText(row["event"]),
    callId: readOptionalText(row["call_id"]),
    signature: {
      verdict: row["verdict"] as SignatureVerdict,
      ...(JSON.parse(row["signature"] as string) as Omit<SignatureRecord, "verdict">),
    },
    outcome: row["outcome"] as Outcome,
    attempts: attempts.map((attempt) => attemptOf(attempt)),
    replayOf: row["replay_of"] as string | null,
    bodyState: row["body_state"] as BodyState,
  };
}

/** The columns of an attempt in the order of `attemptRow`, without `body` and `delivery`; `attempts` is the table. */
export const attemptColumns = "number, started_at, duration_ms, url, status, headers, failure, message";

/** An attempt as the values of `attemptColumns`. */
export function attemptRow(attempt: Attempt): Value[] {
  const { response } = attempt;
  return [
    attempt.number,
    attempt.startedAt,
    attempt.durationMs,
    storedText(attempt.url),
    response?.status ?? null,
    response ? JSON.stringify(response.headers) : null,
    attempt.failure,
    stored(attempt.message),
  ];
}

/** What an attempt adds to a delivery's share of the space: the response. */
export function attemptBytes({ response }: Attempt): number {
  return response ? rowBytes({ method: "", target: "", ...response }) : 0;
}

function attemptOf(row: Row): Attempt {
  return {
    number: row["number"] as number,
    startedAt: row["started_at"] as number,
    durationMs: row["duration_ms"] as number,
    url: readText(row["url"]),
    response: row["status"] === null ? null : responseOf(row),
    failure: row["failure"] as FailureKind | null,
    message: readOptionalText(row["message"]),
  };
}

function responseOf(row: Row): HttpResponse {
  return {
    status: row["status"] as number,
    headers: JSON.parse(row["headers"] as string) as HeaderList,
    body: row["body"] as Buffer,
  };
}

function stored(text: string | null): string | null {
  return text === null ? null : storedText(text);
}

import { createHash } from "node:crypto";
import type { History } from "../history/store.ts";
import type { BodyState, Delivery, NewDelivery, SignatureRecord } from "../model/delivery.ts";
import type { DumpedRequest } from "../model/dump.ts";
import { eventHead } from "../model/event.ts";
import type { HttpRequest } from "../model/http.ts";
import type { Secret } from "../model/secret.ts";
import { signatureRecord } from "../signatures/record.ts";
import { dumpedOriginal } from "./replay-originals.ts";

/** What a request of a dump is judged and dated by. */
export interface ImportTerms {
  secrets: readonly Secret[];
  /** Milliseconds since the epoch. */
  now: number;
  /** What is older than this would be dropped from the history at once. */
  maxAgeMs: number;
}

/**
 * A request found in a dump, as it goes on record: captured, never delivered. Its time is the dump's where the dump
 * tells and the history keeps what is that old, else now.
 *
 * A signature that matches proves a body, in whatever form it was; without one only a form that keeps bytes holds
 * `whole` bodies. Of any other body nobody can say that its signature is wrong, so that is `unchecked`.
 *
 * @param name for messages: the file, and which of its requests
 * @throws TelepathError `INVALID_REQUEST`
 */
export function importedDelivery(dumped: DumpedRequest, name: string, terms: ImportTerms): NewDelivery {
  const { method, target, headers } = dumpedOriginal(dumped, name);
  const { body, bodyState, signature } = bodyOf(dumped, terms.secrets);
  return {
    method,
    target,
    headers,
    body,
    bodyState,
    signature,
    source: "import",
    createdAt: timeOf(dumped, terms) ?? terms.now,
    ...eventHead(body),
    outcome: "captured",
    replayOf: null,
  };
}

function bodyOf(
  dumped: DumpedRequest,
  secrets: readonly Secret[],
): Pick<NewDelivery, "body" | "bodyState" | "signature"> {
  const { headers, fidelity, declaredBytes, body } = dumped;
  const isMissing = fidelity === "absent" || (body.length === 0 && (declaredBytes ?? 0) > 0);
  for (const reading of isMissing ? [] : [body, ...dumped.otherReadings]) {
    const signature = signatureRecord(reading, headers, secrets);
    if (signature.verdict === "valid") return { body: reading, bodyState: "whole", signature };
  }
  const bodyState = isMissing ? "incomplete" : stateOf(dumped);
  const signature = signatureRecord(body, headers, secrets);
  return { body, bodyState, signature: bodyState === "whole" ? signature : doubted(signature) };
}

function stateOf({ fidelity, declaredBytes, body }: DumpedRequest): BodyState {
  if (fidelity === "truncated" || body.length < (declaredBytes ?? 0)) return "incomplete";
  return fidelity === "exact" && (declaredBytes ?? body.length) === body.length ? "whole" : "inexact";
}

function doubted(signature: SignatureRecord): SignatureRecord {
  return signature.verdict === "missing" ? signature : { verdict: "unchecked", secret: null, diagnosis: null };
}

/** Undefined where the dump does not tell, or tells what cannot be used. */
function timeOf({ startedAt }: DumpedRequest, { now, maxAgeMs }: ImportTerms): number | undefined {
  if (startedAt === undefined || startedAt > now || startedAt <= now - maxAgeMs) return undefined;
  return startedAt;
}

/** Knows what was imported before, so that a file read twice is on record once. */
export interface EarlierImports {
  /** The id under which the same request is on record. Each counts once: two alike in a dump are two deliveries. */
  take(delivery: NewDelivery, dumped: DumpedRequest, terms: ImportTerms): string | undefined;
}

/** Reads all imports on record. */
export function earlierImports(history: History): EarlierImports {
  const known = new Map<string, Pick<Delivery, "id" | "createdAt">[]>();
  for (const delivery of history.find({ source: "import" })) {
    const { id, createdAt } = delivery;
    const key = identityOf(delivery);
    const alike = known.get(key);
    if (alike) alike.push({ id, createdAt });
    else known.set(key, [{ id, createdAt }]);
  }
  return {
    take(delivery, dumped, terms) {
      const alike = known.get(identityOf(delivery)) ?? [];
      const time = timeOf(dumped, terms);
      // One without a time of its own got that of its import, which is later than any a dump tells.
      const at = time === undefined ? alike.length - 1 : alike.findIndex(({ createdAt }) => createdAt === time);
      return at === -1 ? undefined : alike.splice(at, 1)[0]!.id;
    },
  };
}

function identityOf({ method, target, headers, body }: HttpRequest): string {
  return createHash("sha256")
    .update(JSON.stringify([method, target, headers]))
    .update(body)
    .digest("base64");
}

import { createHash } from "node:crypto";
import type { History } from "../../history/store.ts";
import type { BodyState, NewDelivery, SignatureRecord } from "../../model/delivery.ts";
import type { DumpedRequest } from "../../model/dump.ts";
import { eventHead } from "../../model/event.ts";
import type { HttpRequest } from "../../model/http.ts";
import type { Secret } from "../../model/secret.ts";
import { signatureRecord } from "../../signatures/record.ts";
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

/**
 * Knows what was imported before, so that a file is on record once however often it is read, by one command or several.
 * Two alike in one file are two deliveries: a retry looks like what it repeats.
 */
export interface EarlierImports {
  /** What comes next is from another file: all that is on record counts again. */
  nextFile(): void;
  /**
   * Where the same request is on record, an id or the name of one of this run; undefined when it is not, and then it is
   * taken to be from now on.
   */
  find(delivery: NewDelivery, dumped: DumpedRequest, terms: ImportTerms, name: string): string | undefined;
}

interface Known {
  name: string;
  createdAt: number;
  /** The request of the file at hand that it is the same as has been met. */
  isMet: boolean;
}

/** Reads all imports on record. */
export function earlierImports(history: History): EarlierImports {
  const known = new Map<string, Known[]>();
  const met: Known[] = [];
  const add = (request: HttpRequest, one: Known): void => {
    const key = identityOf(request);
    const alike = known.get(key);
    if (alike) alike.push(one);
    else known.set(key, [one]);
  };
  for (const delivery of history.find({ source: "import" })) {
    add(delivery, { name: delivery.id, createdAt: delivery.createdAt, isMet: false });
  }
  return {
    nextFile() {
      for (const one of met.splice(0)) one.isMet = false;
    },
    find(delivery, dumped, terms, name) {
      const alike = known.get(identityOf(delivery)) ?? [];
      const time = timeOf(dumped, terms);
      // One without a time of its own got that of its import, which is later than any a dump tells.
      let one = alike.findLast(({ isMet, createdAt }) => !isMet && (time === undefined || createdAt === time));
      const isKnown = one !== undefined;
      if (!one) add(delivery, (one = { name, createdAt: delivery.createdAt, isMet: true }));
      one.isMet = true;
      met.push(one);
      return isKnown ? one.name : undefined;
    },
  };
}

function identityOf({ method, target, headers, body }: HttpRequest): string {
  return createHash("sha256")
    .update(JSON.stringify([method, target, headers]))
    .update(body)
    .digest("base64");
}

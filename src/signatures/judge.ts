import { performance } from "node:perf_hooks";
import type { DumpedRequest } from "../model/dump.ts";
import { headerValues, type HttpRequest } from "../model/http.ts";
import type { Secret } from "../model/secret.ts";
import { diagnose, readingDifference, type Finding } from "./diagnose/diagnose.ts";
import { headerState } from "./diagnose/header.ts";
import type { SampleNames } from "./diagnose/samples.ts";
import { judgeValid, type Judgement } from "./judgement.ts";
import { verifySignature } from "./verify.ts";

export interface JudgeOptions {
  /** Look for the cause when the signature does not match, and for recoverable bytes when the form is lossy. */
  explain: boolean;
  /** Milliseconds of a clock that only goes forward. */
  now?: () => number;
  /** The members of the project's own samples: a body may have lost their order. */
  samples?: readonly SampleNames[];
}

const nothingFound: Finding = { diagnosis: null, observations: [], proof: null };

/**
 * Judges the signature of a request found in a dump. Only a dump that holds the exact bytes can show that a signature
 * is invalid; a match is proof whatever the form.
 *
 * @param secrets at least one; the first is the one that signs.
 */
export function judge(request: DumpedRequest, secrets: readonly Secret[], options: JudgeOptions): Judgement {
  const asHeld = judgeAsHeld(request, secrets);
  if (asHeld !== null) return asHeld;

  const now = options.now ?? (() => performance.now());
  const finding = options.explain ? diagnose(request, secrets, now, options.samples) : nothingFound;
  const { diagnosis, observations, proof } = finding;
  const found = { diagnosis, observations, ...(proof === null ? {} : { proof }) };
  const recovered = recoveredSecret(request, finding);
  if (recovered !== null) return { verdict: "valid", reason: null, secret: recovered, ...found };
  return { ...refusal(request, finding), secret: null, ...found };
}

/** A request received whole, as a dump that has kept all of it. */
export function receivedRequest({ method, target, headers, body }: HttpRequest): DumpedRequest {
  const declaredBytes = body.length;
  return { method, target, headers, body, fidelity: "exact", declaredBytes, otherReadings: [], notes: [] };
}

/**
 * Judges the signature of a request received whole, and looks for the cause when it does not match.
 *
 * @param now milliseconds of a clock that only goes forward.
 */
export function judgeReceived(
  request: HttpRequest,
  secrets: readonly Secret[],
  now = () => performance.now(),
): Judgement {
  const judgement = judge(receivedRequest(request), secrets, { explain: true, now });
  const { diagnosis, observations } = judgement;
  return {
    ...judgement,
    observations: observations.map(ofRequest),
    diagnosis: diagnosis && {
      ...diagnosis,
      summary: ofRequest(diagnosis.summary),
      advice: ofRequest(diagnosis.advice),
    },
  };
}

/** Nobody made a dump of it, and would know what is meant. */
function ofRequest(text: string): string {
  return text.replace(/\b([Tt]he) dump\b/g, "$1 request");
}

/** A verdict that needs no search: the bytes held, or another reading of them, match. */
function judgeAsHeld(request: DumpedRequest, secrets: readonly Secret[]): Judgement | null {
  // Where no body was kept, a match with no bytes says nothing of the body that was sent.
  if (request.fidelity === "absent" || (request.body.length === 0 && (request.declaredBytes ?? 0) > 0)) return null;
  const checked = verifySignature(request.body, request.headers, secrets);
  if (checked.verdict === "valid") return judgeValid(checked.secret, secrets);
  for (const body of request.otherReadings) {
    const other = verifySignature(body, request.headers, secrets);
    if (other.verdict !== "valid") continue;
    const judgement = judgeValid(other.secret, secrets);
    const observations = ["the dump can be read in several ways; another reading than the likeliest matches"];
    return { ...judgement, observations, diagnosis: readingDifference(request, body) ?? judgement.diagnosis };
  }
  return null;
}

/** The name of the secret when the proof shows that the dump, not the request, was at fault; else null. */
function recoveredSecret(request: DumpedRequest, { proof }: Finding): string | null {
  if (proof === null || proof.sides.some((side) => side !== "dump")) return null;
  if (holdsExactBytes(request)) return null;
  // Of a damaged exact form only what has the declared length can be what was sent.
  const exactForm = request.fidelity === "exact" && !isCoded(request);
  return exactForm && proof.signed.length !== request.declaredBytes ? null : proof.secret;
}

function refusal(request: DumpedRequest, { proof }: Finding): Pick<Judgement, "verdict" | "reason"> {
  // An HMAC over the bytes held shows that they are the ones signed, whatever the form could have lost.
  const provedHeld = proof !== null && request.body.length > 0 && proof.signed.equals(request.body);
  return refusalOf(request, provedHeld || holdsExactBytes(request));
}

/** What a refusal is about: all of a request but the bytes of its body. */
export type Held = Pick<DumpedRequest, "headers" | "fidelity" | "declaredBytes"> & { body: { length: number } };

/** What to say of a request whose signature does not match. `exact`: the bytes held are those that were sent. */
export function refusalOf(request: Held, exact = holdsExactBytes(request)): Pick<Judgement, "verdict" | "reason"> {
  const verdict = exact ? "invalid" : "unverifiable";
  switch (headerState(request.headers)) {
    case "missing":
      return { verdict: "unverifiable", reason: "missing-signature" };
    case "placeholder":
      return { verdict: "unverifiable", reason: "signature-not-in-dump" };
    case "repeated":
      return { verdict, reason: "ambiguous-signature" };
    case "malformed":
      return { verdict, reason: "malformed-signature" };
    case "well-formed":
      return { verdict, reason: exact ? "mismatch" : whatIsLost(request) };
  }
}

function whatIsLost({ fidelity, declaredBytes, body }: Held): Judgement["reason"] {
  const declared = declaredBytes ?? 0;
  if (fidelity === "absent" || (body.length === 0 && declared > 0)) return "body-not-in-dump";
  return fidelity === "truncated" || (fidelity === "exact" && declared > body.length) ? "body-truncated" : "body-lossy";
}

/** Whether the bytes held are those that were sent: the form keeps them, and there are as many as declared. */
function holdsExactBytes({ fidelity, declaredBytes, body }: Held): boolean {
  return fidelity === "exact" && (declaredBytes === null || declaredBytes === body.length);
}

/** `Content-Length` counts the bytes of a coded body (RFC 9110 §8.6), so it says nothing about a decoded one. */
function isCoded({ headers }: DumpedRequest): boolean {
  return headerValues(headers, "content-encoding").length > 0;
}

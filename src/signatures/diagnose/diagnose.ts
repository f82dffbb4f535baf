import type { Diagnosis } from "../../model/delivery.ts";
import type { DumpedRequest } from "../../model/dump.ts";
import { headerValues } from "../../model/http.ts";
import type { Secret } from "../../model/secret.ts";
import { signatureHeader } from "../sign.ts";
import { emptyBodyHashed } from "./body-sender.ts";
import { textTransformations } from "./body-text.ts";
import { BodyView } from "./body.ts";
import { undone, type Cause } from "./cause.ts";
import { firstDifference } from "./difference.ts";
import { headerState, targetsOf } from "./header.ts";
import { markersOf } from "./markers.ts";
import type { SampleNames } from "./samples.ts";
import { longestSearch, search, type Match } from "./search.ts";

/** What the diagnosis found. */
export interface Finding {
  /** The cause that an HMAC proved; null when none was. */
  diagnosis: Diagnosis | null;
  /** What was seen besides: never a cause. */
  observations: string[];
  /** The proof; null without one. */
  proof: Proof | null;
}

export interface Proof {
  /** The name of the secret that the key is, or is made from. */
  secret: string;
  /** The bytes that were signed. */
  signed: Buffer;
  /** Whose bytes had to be changed for the HMAC to match. */
  sides: Cause["side"][];
}

/**
 * Finds out why the signature of a request does not match: which change of body, secret, header or formula makes it
 * match. A cause is named only when the HMAC matched; without that there are only observations. Takes 2 s at most and
 * says when that was not enough.
 *
 * @param now milliseconds of a clock that only goes forward.
 * @param samples what the project knows of the order of members.
 */
export function diagnose(
  request: DumpedRequest,
  secrets: readonly Secret[],
  now: () => number,
  samples: readonly SampleNames[] = [],
): Finding {
  const bodies = [request.body, ...request.otherReadings].map(
    (bytes) => new BodyView(bytes, request.declaredBytes, request.headers, samples),
  );
  const leak = secrets.find((secret) => isInHeader(secret, request));
  if (leak !== undefined) return { ...headerHasSecret(leak), proof: null };

  const { match, tried, stoppedEarly } = search({ bodies, secrets, targets: targetsOf(request.headers), request, now });
  if (match !== null) {
    const causes = causesOf(match, request);
    const proof = { secret: match.key.name, signed: match.body, sides: causes.map(({ side }) => side) };
    if (causes.length > 0)
      return { diagnosis: explained(causes, bodies[0]!.bytes, match.body), observations: [], proof };
    return { diagnosis: null, observations: [...headerMarkers(request), unchanged(match, request)], proof: null };
  }
  const observations = [...headerMarkers(request), ...markersOf(bodies[0]!, request.fidelity)];
  if (stoppedEarly) {
    observations.push(
      `the search for the cause stopped after ${longestSearch / 1000} s; ${tried} combinations were tried`,
    );
  } else if (tried > 0) {
    observations.push(`none of ${tried} combinations of body, secret and header gives this signature`);
  }
  return { diagnosis: null, observations, proof: null };
}

/**
 * How the likeliest reading of a dump differs from another one whose signature matches, where white space or line ends
 * tell; null for other ways in which a text can mean two bodies.
 */
export function readingDifference(request: DumpedRequest, reading: Uint8Array): Diagnosis | null {
  const held = new BodyView(request.body, request.declaredBytes, request.headers);
  for (const { bytes, causes } of undone(textTransformations, held)) {
    if (bytes.equals(reading)) return explained(causes(), held.bytes, bytes);
  }
  return null;
}

function causesOf({ bodyCauses, key, scheme, target }: Match, request: DumpedRequest): Cause[] {
  const causes = [...bodyCauses, ...(scheme === null ? [] : [scheme.cause]), ...key.causes, ...target.causes];
  const bodyMissing = request.body.length === 0 && (request.declaredBytes ?? 0) > 0;
  return bodyMissing && bodyCauses.length === 0 ? [emptyBodyHashed, ...causes] : causes;
}

function explained(causes: Cause[], held: Buffer, signed: Buffer): Diagnosis {
  return {
    code: codeOf(causes),
    proven: true,
    steps: causes.map(({ step }) => step),
    summary: unique(causes.map(({ summary }) => summary)).join(" "),
    advice: unique(causes.map(({ advice }) => advice)).join(" "),
    firstDifference: firstDifference(held, signed),
  };
}

/** What a match says that needed no change, and still does not make the request valid. */
function unchanged({ key }: Match, { fidelity }: DumpedRequest): string {
  return fidelity === "absent"
    ? `the signature is that of an empty body, by the secret ${key.name}`
    : `one of them matches the secret ${key.name}`;
}

/** Several changes of one JSON text have a code of their own; else the first change gives the code. */
function codeOf(causes: readonly Cause[]): string {
  const reprints = causes.filter(({ code }) => /^json-(?!wrapped|double)/.test(code));
  return reprints.length > 1 && reprints.length === causes.length ? "json-combined" : causes[0]!.code;
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}

/** The header gives the secret away: certain without an HMAC, and nothing else matters then. */
function isInHeader(secret: Secret, { headers }: DumpedRequest): boolean {
  const value = secret.key().toString("latin1").trim();
  return value.length >= 8 && headerValues(headers, signatureHeader).some((header) => header.includes(value));
}

function headerHasSecret(secret: Secret): Omit<Finding, "proof"> {
  const diagnosis: Diagnosis = {
    code: "header-has-secret",
    proven: true,
    steps: ["compare the header with the secret itself"],
    summary: `The signature header holds the secret (${secret.name}) itself, not a signature.`,
    advice: "Make a new secret, since this one was sent in the open, and have the sender compute the HMAC.",
    firstDifference: null,
  };
  return { diagnosis, observations: [] };
}

function headerMarkers({ headers }: DumpedRequest): string[] {
  const values = headerValues(headers, signatureHeader);
  switch (headerState(headers)) {
    case "missing":
      return [`the request has no ${signatureHeader} header (header-missing)`];
    case "repeated":
      return [`the request has ${values.length} ${signatureHeader} headers: receivers may look at either`];
    case "placeholder":
      return [`the value of ${signatureHeader} was masked or left out when the dump was made (header-placeholder)`];
    case "malformed":
      return [
        `the value of ${signatureHeader} is ${values[0]!.length} characters and not sha256= with 64 lower-case hex digits`,
      ];
    case "well-formed":
      return [];
  }
}

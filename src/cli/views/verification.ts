import { checkPayload } from "../../contract/check.ts";
import type { DumpedRequest } from "../../model/dump.ts";
import { eventHead } from "../../model/event.ts";
import type { TelepathError } from "../../model/errors.ts";
import type { Judgement } from "../../signatures/judge.ts";
import type { Style } from "./style.ts";
import { counted, safeText, sizeText } from "./text.ts";

/** A request found in a dump, with what is said of its signature. */
export interface Verification {
  file: string;
  /** Which request of the file, from 0. */
  index: number;
  /** How many requests the file holds. */
  of: number;
  format: string;
  request: DumpedRequest;
  judgement: Judgement;
  /** With `--show-expected`: the signature that the bytes held would have. */
  expected: string | null;
}

export interface VerificationSummary {
  files: number;
  requests: number;
  valid: number;
  invalid: number;
  unverifiable: number;
  /** Files in which no request could be found. */
  unreadable: number;
}

/** A verification as `--json` shows it; the members are part of the public interface. */
export function verificationJson({ file, index, format, request, judgement }: Verification): object {
  const { verdict, secret, reason, diagnosis } = judgement;
  const { method, target, body, fidelity, declaredBytes } = request;
  return {
    type: "verification",
    file,
    index,
    format,
    method,
    target,
    ...eventHead(body),
    verdict,
    fidelity,
    bytes: body.length,
    declaredBytes,
    secret,
    reason,
    diagnosis,
    observations: [...judgement.observations, ...request.notes],
    schema: schemaJson(request),
  };
}

/** How the payload fits the contract; null where the dump does not hold it whole. */
function schemaJson({ body, fidelity }: DumpedRequest): object | null {
  if (fidelity === "absent" || fidelity === "truncated") return null;
  const { problems, notes, fits } = checkPayload(body);
  return { ok: problems.length === 0, problems, notes, fits };
}

/** A file in which no request could be found, in a batch. */
export function unreadableJson(file: string, { code, message, hint }: TelepathError): object {
  return { type: "error", file, code, message, hint: hint ?? null };
}

/** One line: verdict, file, event, call id, bytes, secret or reason; under one that is not plainly valid, why. */
export function verificationText(verification: Verification, style: Style): string {
  const { request, judgement } = verification;
  const { event, callId } = eventHead(request.body);
  const name = `${safeText(verification.file)}${verification.of > 1 ? ` #${verification.index + 1}` : ""}`;
  const line = [
    verdictWord(judgement, style),
    style.strong(name),
    safeText(event ?? `${request.method ?? "?"} ${request.target ?? "?"}`),
    callId === null ? "" : safeText(callId),
    sizeText(request.body.length),
    judgement.secret === null ? reasonWords[judgement.reason ?? "mismatch"] : style.faint(safeText(judgement.secret)),
  ].filter((word) => word !== "");
  const below = rows(verification).map(([label, text]) => `    ${style.faint(label.padEnd(9))} ${text}\n`);
  return `${line.join("  ")}\n${below.join("")}`;
}

/** A file in which no request could be found, as a line and what to do. */
export function unreadableText({ message, hint }: TelepathError, style: Style): string {
  const below = hint === undefined ? "" : `    ${style.faint("fix".padEnd(9))} ${safeText(hint)}\n`;
  return `${style.bad("!")} unreadable    ${safeText(message)}\n${below}`;
}

export function summaryLine(summary: VerificationSummary): string {
  const { requests, files, valid, invalid, unverifiable, unreadable } = summary;
  const verdicts = [
    [valid, "valid"],
    [invalid, "invalid"],
    [unverifiable, "unverifiable"],
  ] as const;
  const counts = verdicts.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`);
  const broken = unreadable === 0 ? "" : `; ${counted(unreadable, "file")} without a request`;
  return `${counted(requests, "request")} in ${counted(files, "file")}: ${counts.join(", ") || "none"}${broken}\n`;
}

function verdictWord({ verdict }: Judgement, style: Style): string {
  if (verdict === "valid") return style.good("✓ valid       ");
  return verdict === "invalid" ? style.bad("✗ invalid     ") : style.warn("? unverifiable");
}

const reasonWords: Record<NonNullable<Judgement["reason"]>, string> = {
  "missing-signature": "no signature header",
  "signature-not-in-dump": "the signature is not in the dump",
  "malformed-signature": "malformed signature header",
  "ambiguous-signature": "several signature headers",
  mismatch: "the signature does not match",
  "body-not-in-dump": "the body is not in the dump",
  "body-truncated": "the body is cut short in the dump",
  "body-lossy": "the dump does not keep the exact bytes",
};

function rows({ request, judgement, expected }: Verification): [string, string][] {
  const { verdict, diagnosis, observations } = judgement;
  const found: [string, string][] = [];
  if (diagnosis !== null) {
    const { code, summary, steps, firstDifference, advice } = diagnosis;
    found.push([verdict === "valid" ? "note" : "cause", `${safeText(summary)} (${safeText(code)})`]);
    if (steps.length > 1) found.push(["steps", steps.map(safeText).join("; ")]);
    if (firstDifference !== null) {
      const { offset, held, signed, heldBytes, signedBytes } = firstDifference;
      found.push(["differs", `at byte ${offset} of ${heldBytes} (signed: ${signedBytes})`]);
      found.push(["  held", safeText(held)], ["  signed", safeText(signed)]);
    }
    found.push(["fix", safeText(advice)]);
  }
  // Under a valid line only what tells why it is: the rest would be read as a doubt.
  const seen = verdict === "valid" ? observations : [...observations, ...request.notes];
  found.push(...seen.map((text): [string, string] => ["seen", safeText(text)]));
  if (expected !== null) found.push(["expected", expected]);
  return found;
}

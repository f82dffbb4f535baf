import type { PayloadCheck } from "../../contract/check.ts";
import type { DumpedRequest } from "../../model/dump.ts";
import type { EventHead } from "../../model/event.ts";
import type { TelepathError } from "../../model/errors.ts";
import type { Framework } from "../../signatures/advice/framework.ts";
import type { Judgement } from "../../signatures/judgement.ts";
import type { Style } from "./style.ts";
import { counted, countText, safeText, sizeText } from "./text.ts";
import { blockText, type BlockTerms } from "./verification-block.ts";
import { headOf, payloadCheck } from "./verification-contract.ts";
import { fittedEnd, fittedStart, row } from "./verification-layout.ts";

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
  /** How long the body is, when it is not held: the request then has none. */
  bytes?: number;
  /** What is known of a body that is not held because the request is plainly valid; `check` only where it is shown. */
  payload?: EventHead & { check?: PayloadCheck | null };
  /** With `--show-expected`: the signature that the bytes held would have. */
  expected: string | null;
  /** The beginning of the dump, or all of it: it may tell which framework printed it. */
  head?: Uint8Array;
  /** Left out where reading the raw body is not what is missing. */
  remedy?: Remedy | undefined;
}

/** Code that reads the raw body. */
export interface Remedy {
  /** Null where the dump does not tell which framework the receiver uses. */
  framework: Framework | null;
  /** Whether the user named it. */
  asked: boolean;
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
export function verificationJson(verification: Verification): Record<string, unknown> {
  const { file, index, format, request, judgement, bytes, remedy } = verification;
  const { verdict, secret, reason, diagnosis } = judgement;
  const { method, target, body, fidelity, declaredBytes } = request;
  const { event, callId } = headOf(verification);
  return {
    type: "verification",
    file,
    index,
    format,
    method,
    target,
    event,
    callId,
    verdict,
    fidelity,
    bytes: bytes ?? body.length,
    declaredBytes,
    secret,
    reason,
    diagnosis,
    fix: fixJson(remedy),
    observations: [...judgement.observations, ...request.notes],
    schema: schemaJson(verification),
  };
}

/** The code that mends the receiver; null where that is not the cause, or its framework not known. */
function fixJson(remedy: Remedy | undefined): object | null {
  if (!remedy?.framework) return null;
  const { name, title, language, code } = remedy.framework;
  return { framework: name, title, language, code };
}

function schemaJson(verification: Verification): object | null {
  const check = payloadCheck(verification);
  if (check === null) return null;
  const { problems, notes, fits } = check;
  return { ok: problems.length === 0, problems, notes, fits };
}

/** A file in which no request could be found, in a batch. */
export function unreadableJson(file: string, { code, message, hint }: TelepathError): object {
  return { type: "error", file, code, message, hint: hint ?? null };
}

/** One line: verdict, file, event, call id, bytes, secret or reason; under one that is not plainly valid, why. */
export function verificationText(verification: Verification, terms: BlockTerms): string {
  return `${verificationLine(verification, terms)}\n${blockText(verification, terms)}`;
}

function verificationLine(verification: Verification, { style, columns }: BlockTerms): string {
  const { judgement, of, index } = verification;
  const number = of > 1 ? ` #${index + 1}` : "";
  const name = safeText(verification.file);
  const secret = judgement.secret === null ? undefined : safeText(judgement.secret);
  const end = secret ?? reasonWords[judgement.reason ?? "mismatch"];
  const shown = fitting({ name, number, ...payloadWords(verification), end }, columns);
  const first = `${verdictWord(judgement.verdict, style)}  ${style.strong(shown.name + number)}`;
  return joined(first, joined(shown.what, shown.call, shown.size), secret === undefined ? end : style.faint(end));
}

type Payload = Pick<Verification, "request" | "bytes" | "payload">;

/** What a line says between the place of a request and its secret. */
export function middleOf(verification: Payload): string {
  const { what, call, size } = payloadWords(verification);
  return joined(what, call, size);
}

/** The same of an event of so many bytes. */
export function middleOfEvent(event: string, callId: string | null, bytes: number): string {
  return joined(safeText(event), safeText(callId ?? ""), sizeText(bytes));
}

function payloadWords(verification: Payload): Pick<LineWords, "what" | "call" | "size"> {
  const { request, bytes } = verification;
  const { event, callId } = headOf(verification);
  const parts = [request.method, request.target].filter((part) => part !== null);
  const what = safeText(event ?? (parts.join(" ") || "request"));
  return { what, call: safeText(callId ?? ""), size: sizeText(bytes ?? request.body.length) };
}

function joined(...parts: string[]): string {
  let text = "";
  for (const part of parts) if (part !== "") text += text === "" ? part : `  ${part}`;
  return text;
}

interface LineWords {
  name: string;
  number: string;
  what: string;
  call: string;
  size: string;
  end: string;
}

/** What a narrow terminal has no room for goes in this order: the size, the call, the beginning of the path. */
function fitting(words: LineWords, columns: number): LineWords {
  if (columns === Number.POSITIVE_INFINITY) return words;
  const { name, number, end } = words;
  const widthOf = (...parts: string[]): number => parts.filter(Boolean).join("  ").length;
  const fits = (...parts: string[]): boolean => verdictColumns + 2 + widthOf(...parts) <= columns;
  const size = fits(name + number, words.what, words.call, words.size, end) ? words.size : "";
  const call = fits(name + number, words.what, words.call, size, end) ? words.call : "";
  const what = fits(name + number, words.what, call, size, end) ? words.what : fittedStart(words.what, 18);
  const room = columns - verdictColumns - 2 - widthOf("x", what, call, size, end) + 1 - number.length;
  return { name: fittedEnd(name, Math.max(room, 12)), number, what, call, size, end };
}

/** A file in which no request could be found, as a line and what to do. */
export function unreadableText({ message, hint }: TelepathError, { style, columns }: BlockTerms): string {
  const below = hint === undefined ? "" : row(style.faint("fix"), safeText(hint), columns);
  return `${style.bad("! unreadable  ")}  ${safeText(message)}\n${below}`;
}

export function summaryLine(summary: VerificationSummary): string {
  const { requests, files, valid, invalid, unverifiable, unreadable } = summary;
  const verdicts = [
    [valid, "valid"],
    [invalid, "invalid"],
    [unverifiable, "unverifiable"],
  ] as const;
  const counts = verdicts.filter(([count]) => count > 0).map(([count, word]) => `${countText(count)} ${word}`);
  const broken = unreadable === 0 ? "" : `; ${counted(unreadable, "file")} without a request`;
  return `${counted(requests, "request")} in ${counted(files, "file")}: ${counts.join(", ") || "none"}${broken}\n`;
}

const verdictColumns = 14;

/** A verdict as a sign and a word, always as wide: nothing is said by colour alone. */
export function verdictWord(verdict: Judgement["verdict"], style: Style): string {
  if (verdict === "valid") return style.good("✓ valid       ");
  return verdict === "invalid" ? style.bad("✗ invalid     ") : style.warn("? unverifiable");
}

/** The reasons of a judgement, for people. */
export const reasonWords: Record<NonNullable<Judgement["reason"]>, string> = {
  "missing-signature": "no signature header",
  "signature-not-in-dump": "the signature is not in the dump",
  "malformed-signature": "malformed signature header",
  "ambiguous-signature": "several signature headers",
  mismatch: "the signature does not match",
  "body-not-in-dump": "the body is not in the dump",
  "body-truncated": "the body is cut short in the dump",
  "body-lossy": "the dump does not keep the exact bytes",
};

import { isUtf8 as isUtf8Buffer } from "node:buffer";
import type { DumpedRequest, Fidelity } from "../model/dump.ts";
import { headerValue, headerValues, type HeaderList } from "../model/http.ts";

/**
 * One way to read the body out of a dump, and what was there to read: `bytes` (base64, byte values, the raw message),
 * `text` (a string, which holds no bytes that are not UTF-8), `value` (a parsed value; the bytes are its own text).
 */
export interface Reading {
  held: "bytes" | "text" | "value";
  bytes: Uint8Array;
  /** The form shows the first part only, of so many bytes; null when it does not tell how many. */
  cut?: { of: number | null };
}

/** What a dump says about a body, once its readings are weighed. */
export type SettledBody = Pick<DumpedRequest, "body" | "fidelity" | "declaredBytes" | "otherReadings" | "notes">;

const REPLACEMENT = Buffer.from("\ufffd");

/**
 * Weighs the readings of a body, most likely first, against the number of bytes that were sent. The first that has
 * exactly that many is the body, and exact; without one the first counts, and what the numbers say goes with it.
 */
export function settleBody(readings: readonly Reading[], declaredBytes: number | null): SettledBody {
  const [first] = readings;
  if (first === undefined) return absentBody(declaredBytes);
  if (first.cut && declaredBytes === null && first.cut.of !== null) return settleBody(readings, first.cut.of);
  const fitting = declaredBytes === null ? undefined : readings.find((reading) => fits(reading, declaredBytes));
  const settled = fitting ? certain(fitting, declaredBytes) : weigh(first, declaredBytes);
  if (readings.length === 1) return settled;
  const chosen = fitting ?? first;
  const others = readings.filter((reading) => reading !== chosen).map(({ bytes }) => bytes);
  return { ...settled, otherReadings: distinct([...settled.otherReadings, ...others], settled.body) };
}

const NO_BYTES = new Uint8Array();

/** A request and its body, member by member: a dump may hold tens of thousands of them. */
export function withBody(
  method: string | null,
  target: string | null,
  headers: HeaderList,
  { body, fidelity, declaredBytes, otherReadings, notes }: SettledBody,
): DumpedRequest {
  return { method, target, headers, body, fidelity, declaredBytes, otherReadings, notes };
}

/** A request whose dump does not hold its body. */
export function absentBody(declaredBytes: number | null, ...notes: string[]): SettledBody {
  return { body: NO_BYTES, fidelity: "absent", declaredBytes, otherReadings: [], notes };
}

/** The number of body bytes the headers announce; null when they announce none, several, or none that can be relied on. */
export function announcedBytes(headers: HeaderList): number | null {
  if (headerValue(headers, "transfer-encoding") !== undefined) return null;
  const length = headerValue(headers, "content-length");
  if (length === undefined || !/^\d{1,15}$/.test(length)) return null;
  return headerValues(headers, "content-length").every((other) => other === length) ? Number(length) : null;
}

/** Readings without repetitions and without the body itself. */
export function distinct(readings: readonly Uint8Array[], body: Uint8Array): Uint8Array[] {
  if (readings.length === 0) return [];
  const seen = new Set([key(body)]);
  return readings.filter((bytes) => {
    if (seen.has(key(bytes))) return false;
    seen.add(key(bytes));
    return true;
  });
}

/** Whether every byte is part of well-formed UTF-8. */
export function isUtf8(bytes: Uint8Array): boolean {
  return isUtf8Buffer(bytes);
}

/** The same memory as a Buffer. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function fits({ held, bytes, cut }: Reading, declaredBytes: number): boolean {
  return bytes.length === declaredBytes && held !== "value" && cut === undefined;
}

function certain({ held, bytes }: Reading, declaredBytes: number | null): SettledBody {
  if (held === "text" && hasReplacement(bytes)) return weighed(bytes, "text", declaredBytes, LOST_BYTES);
  return weighed(bytes, "exact", declaredBytes);
}

function weigh({ held, bytes, cut }: Reading, declaredBytes: number | null): SettledBody {
  if (cut) {
    const of = declaredBytes === null ? "only the first part of the body" : `${bytes.length} of ${declaredBytes} bytes`;
    return weighed(bytes, "truncated", declaredBytes, `The dump holds ${of}.`);
  }
  if (held === "value") return weighed(bytes, "reserialised", declaredBytes);
  if (held === "text" && hasReplacement(bytes)) return weighed(bytes, "text", declaredBytes, LOST_BYTES);
  if (declaredBytes === null) return weighed(bytes, held === "bytes" ? "exact" : "text", declaredBytes);
  if (declaredBytes < bytes.length) {
    const note = `The dump holds ${bytes.length} bytes where ${declaredBytes} were sent: not the body as sent.`;
    return weighed(bytes, "text", declaredBytes, note);
  }
  if (bytes.length === 0) return absentBody(declaredBytes);
  const numbers = `${bytes.length} of ${declaredBytes} bytes`;
  const restored = restoreLineEnds(bytes, declaredBytes);
  if (restored === undefined) return weighed(bytes, "truncated", declaredBytes, `The dump holds ${numbers}.`);
  const notes = [`The dump holds ${numbers}; what is missing are line ends an editor or a copy took away.`];
  return { body: restored, fidelity: "text", declaredBytes, otherReadings: [bytes], notes };
}

const LOST_BYTES = "The dump holds U+FFFD, which stands for bytes that were not UTF-8 and are lost.";

function weighed(body: Uint8Array, fidelity: Fidelity, declaredBytes: number | null, ...notes: string[]): SettledBody {
  return { body, fidelity, declaredBytes, otherReadings: [], notes };
}

/** Editors drop the last newline, and copies turn CRLF into LF: undone when the length then is what it should be. */
function restoreLineEnds(bytes: Uint8Array, declaredBytes: number): Uint8Array | undefined {
  const text = asBuffer(bytes).toString("latin1");
  const candidates = [`${text}\n`, `${text}\r\n`];
  const missing = declaredBytes - bytes.length;
  const withoutCarriageReturns = !text.includes("\r") && missing <= bytes.length;
  if (withoutCarriageReturns) candidates.push(text.replaceAll("\n", "\r\n"));
  const restored = candidates.find((candidate) => candidate.length === declaredBytes);
  return restored === undefined ? undefined : Buffer.from(restored, "latin1");
}

export function hasReplacement(bytes: Uint8Array): boolean {
  return asBuffer(bytes).includes(REPLACEMENT);
}

function key(bytes: Uint8Array): string {
  return asBuffer(bytes).toString("latin1");
}

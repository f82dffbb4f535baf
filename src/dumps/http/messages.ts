import type { DumpedRequest } from "../../model/dump.ts";
import { headerValue, type HeaderList } from "../../model/http.ts";
import { tryParseJson } from "../json.ts";
import { absentBody, announcedBytes, settleBody, withBody, type Reading, type SettledBody } from "../readings.ts";
import { dechunk } from "./chunked.ts";
import { nextMessage, readHead, requestLine, skipBlankLines, startsMessage, type Head } from "./head.ts";
import { originForm } from "./target.ts";

/**
 * Every request among the HTTP/1 messages of a text, back to back or with blank lines between. Responses are skipped.
 *
 * @throws TelepathError `BROKEN_DUMP` with the line's number when a head cannot be read.
 */
export function readMessages(bytes: Buffer): DumpedRequest[] {
  const requests: DumpedRequest[] = [];
  let at = skipBlankLines(bytes, 0);
  while (at < bytes.length) {
    const head = readHead(bytes, at);
    const start = requestLine(head.startLine);
    const { body, next } = readBody(bytes, head.end, head);
    if (start) requests.push(withBody(start.method, originForm(start.target), head.headers, body));
    at = next;
  }
  return requests;
}

interface Found {
  body: SettledBody;
  /** Where the next message starts, or the end. */
  next: number;
}

function readBody(bytes: Buffer, start: number, { headers, closed }: Head): Found {
  if (!closed) return { body: absentBody(announcedBytes(headers)), next: bytes.length };
  if (isChunked(headers)) {
    const chunks = dechunk(bytes, start);
    if (chunks) return { body: chunkedBody(chunks.body, chunks.complete), next: messageFrom(bytes, chunks.end) };
  }
  const declared = announcedBytes(headers);
  return declared === null ? unframedBody(bytes, start, headers) : framedBody(bytes, start, declared);
}

/** Where a message starts at or after an offset: behind blank lines, or else with a line. */
function messageFrom(bytes: Buffer, from: number): number {
  const start = skipBlankLines(bytes, from);
  return startsMessage(bytes, start) ? start : nextMessage(bytes, from);
}

function isChunked(headers: HeaderList): boolean {
  return /(?:^|,)[ \t]*chunked[ \t]*$/i.test(headerValue(headers, "transfer-encoding") ?? "");
}

function chunkedBody(body: Buffer, complete: boolean): SettledBody {
  const settled = settleBody([{ held: "bytes", bytes: body }], null);
  return complete ? settled : { ...settled, fidelity: "truncated", notes: ["The dump ends before the last chunk."] };
}

/** A body with a Content-Length: cut there, unless what follows shows that the body was printed anew. */
function framedBody(bytes: Buffer, start: number, declared: number): Found {
  if (start + declared > bytes.length) {
    const next = declared === 0 ? bytes.length : nextMessage(bytes, Math.max(start - 1, 0));
    const held = next === bytes.length ? bytes.subarray(start) : withoutFinalNewlines(bytes.subarray(start, next));
    return { body: settleBody([{ held: "bytes", bytes: held }], declared), next };
  }
  const cut = bytes.subarray(start, start + declared);
  const settled = settleBody([{ held: "bytes", bytes: cut }], declared);
  const following = skipBlankLines(bytes, start + declared);
  if (following >= bytes.length || startsMessage(bytes, following)) return { body: settled, next: following };

  const next = nextMessage(bytes, following);
  const whole = withoutFinalNewlines(bytes.subarray(start, next));
  if (tryParseJson(cut.toString("utf8")) === undefined && tryParseJson(whole.toString("utf8")) !== undefined) {
    const notes = [`The body is ${whole.length} bytes of JSON where ${declared} were sent: it was printed anew.`];
    return { body: { ...settled, body: whole, fidelity: "reserialised", otherReadings: [cut], notes }, next };
  }
  const notes = [`${next - start - declared} bytes follow the ${declared} of the body and were left out.`];
  return { body: { ...settled, otherReadings: [whole], notes }, next };
}

/** A body whose headers do not tell its length: the rest, up to the next message. */
function unframedBody(bytes: Buffer, start: number, headers: HeaderList): Found {
  const next = startsMessage(bytes, start) ? start : nextMessage(bytes, start);
  const rest = bytes.subarray(start, next);
  const trimmed = withoutFinalNewlines(rest);
  // Somebody copied the head alone: a request that names a content type had content.
  if (trimmed.length === 0 && headerValue(headers, "content-type") !== undefined)
    return { body: absentBody(null), next };
  const readings: Reading[] = [{ held: "bytes", bytes: rest }];
  if (trimmed.length < rest.length) {
    const shorter = withoutFinalNewline(rest);
    readings.push({ held: "bytes", bytes: shorter });
    if (trimmed.length < shorter.length) readings.push({ held: "bytes", bytes: trimmed });
    if (next < bytes.length || trimmed.length === 0) readings.reverse();
  }
  return { body: settleBody(readings, null), next };
}

function withoutFinalNewlines(bytes: Buffer): Buffer {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] === 0x0a || bytes[end - 1] === 0x0d)) end -= 1;
  return bytes.subarray(0, end);
}

function withoutFinalNewline(bytes: Buffer): Buffer {
  if (bytes.at(-1) !== 0x0a) return bytes;
  return bytes.subarray(0, bytes.at(-2) === 0x0d ? -2 : -1);
}

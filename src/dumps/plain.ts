import type { DumpedRequest } from "../model/dump.ts";
import { isSameName, type Header } from "../model/http.ts";
import { requestLine } from "./http/head.ts";
import { originForm } from "./http/target.ts";
import { jsonValue } from "./json.ts";
import type { DumpReading } from "./read.ts";
import { announcedBytes } from "./readings.ts";
import { isBodyName, namesSignature } from "./values/names.ts";
import { withoutWhite } from "./white.ts";

/**
 * The requests of the plainest dumps, without trying every form: one raw HTTP request with its Content-Length, or one
 * JSON object of method, url, headers and body. It says what `readDump` says, but for other readings of the body, so it
 * is enough where the signature matches; undefined for every dump that takes a closer look.
 */
export function readPlain(bytes: Buffer): DumpReading | undefined {
  const first = bytes[0] ?? 0;
  if (first === 0x7b) return plainJson(bytes.toString("utf8"));
  return first >= 0x41 && first <= 0x5a ? plainHttp(bytes) : undefined;
}

const longestHead = 65_536;
/** Lines that are folded, or end in another way than the others do. */
const oddSpace = /^[ \t]|[\r\n]/;

function plainHttp(bytes: Buffer): DumpReading | undefined {
  const end = bytes.subarray(0, longestHead).indexOf("\r\n\r\n");
  if (end === -1) return undefined;
  const [first = "", ...lines] = bytes.toString("latin1", 0, end).split("\r\n");
  const start = requestLine(first);
  // The forms of editors take absolute URLs, and unfold lines.
  if (start?.target.startsWith("/") !== true) return undefined;
  const headers: Header[] = [];
  for (const line of lines) {
    const colon = line.indexOf(":");
    if (colon <= 0 || oddSpace.test(line)) return undefined;
    headers.push([withoutWhite(line.slice(0, colon)), withoutWhite(line.slice(colon + 1))]);
  }
  const body = bytes.subarray(end + 4);
  if (body.length === 0 || announcedBytes(headers) !== body.length) return undefined;
  const request = { method: start.method, target: originForm(start.target), headers, body };
  return reading("raw-http", { ...request, fidelity: "exact", declaredBytes: body.length });
}

/**
 * One JSON object as `JSON.stringify` prints it, so that no member is there twice.
 *
 * Used line by line, too: what stands in a large file one value a line.
 */
export function plainJson(text: string): DumpReading | undefined {
  const pieces = withoutBody(text);
  const frame = pieces && frameOf(pieces.rest);
  if (pieces === undefined || frame === undefined || !isPlainBody(pieces.body)) return undefined;
  const { method, target, headers, declaredBytes } = frame;
  const body = Buffer.from(pieces.body);
  if (declaredBytes !== null && declaredBytes !== body.length) return undefined;
  const fidelity = declaredBytes === null ? "text" : "exact";
  return reading("json", { method, target, headers, body, fidelity, declaredBytes });
}

/** What stands before the text of a body in a plain capture. */
export const bodyMember = '"body":"';
const jsonString = /"[^"\\]*(?:\\.[^"\\]*)*"/y;
/** A pattern remembers where it may go back to: of a text this long that takes little memory. */
const longestPlain = 262_144;

/** The first member that is named body, and the JSON text around it with an empty text in its place. */
function withoutBody(text: string): { body: string; rest: string } | undefined {
  const start = text.indexOf(bodyMember) + bodyMember.length - 1;
  if (start < bodyMember.length || text.length > longestPlain) return undefined;
  jsonString.lastIndex = start;
  if (!jsonString.test(text)) return undefined;
  const end = jsonString.lastIndex;
  const body = jsonValue(text.slice(start, end));
  return typeof body === "string" ? { body, rest: `${text.slice(0, start)}""${text.slice(end)}` } : undefined;
}

/** All of a plain capture but its body. */
type Frame = Pick<DumpedRequest, "method" | "target" | "headers" | "declaredBytes">;

/** Frames that were read, by their text without the digits of the signature, and which header those belong to. */
const known = new Map<string, Frame & { signatureAt: number; digitsAt: number }>();
const mostKnown = 256;
const prefix = "sha256=";
const digitsCount = 64;

/** The captures of one program differ in the body and its signature only: what else there is, is read once. */
function frameOf(text: string): Frame | undefined {
  const at = text.indexOf(prefix) + prefix.length;
  const digits = text.slice(at, at + digitsCount);
  if (at < prefix.length || !/^[0-9a-f]{64}$/.test(digits)) return readFrame(text);
  const shape = text.slice(0, at) + text.slice(at + digitsCount);
  const before = known.get(shape);
  if (before !== undefined) {
    const { method, target, declaredBytes, signatureAt, digitsAt } = before;
    const [name, value] = before.headers[signatureAt]!;
    const own: Header = [name, value.slice(0, digitsAt) + digits + value.slice(digitsAt + digitsCount)];
    return { method, target, declaredBytes, headers: before.headers.with(signatureAt, own) };
  }
  const frame = readFrame(text);
  const signatureAt = frame?.headers.findIndex(([, value]) => value.includes(prefix + digits)) ?? -1;
  if (frame === undefined || signatureAt === -1 || text.includes(digits, at + 1)) return frame;
  if (known.size === mostKnown) known.clear();
  known.set(shape, { ...frame, signatureAt, digitsAt: frame.headers[signatureAt]![1].indexOf(digits) });
  return frame;
}

const plainMembers = new Set(["method", "url", "headers", "body"]);

function readFrame(text: string): Frame | undefined {
  const value = jsonValue(text) as Record<string, unknown> | undefined;
  if (value?.["body"] !== "" || JSON.stringify(value) !== text.trimEnd()) return undefined;
  if (!Object.keys(value).every((name) => plainMembers.has(name))) return undefined;
  const { method, url } = value;
  const headers = plainHeaders(value["headers"]);
  if (headers === undefined) return undefined;
  return {
    method: typeof method === "string" && /^[A-Za-z]{1,32}$/.test(method) ? method : null,
    target: typeof url === "string" && /^(?:\/|https?:\/\/)/.test(url) ? originForm(url) : null,
    headers,
    declaredBytes: announcedBytes(headers),
  };
}

/** JSON text that is nothing else in disguise: no base64, no bytes lost or smuggled as surrogates. */
export function isPlainBody(body: string): boolean {
  return body.startsWith("{") && !/[\ud800-\udfff\ufffd]/.test(body);
}

/** Names as on the wire. */
const wireName = /^[a-z]+(?:-[a-z0-9]+)*$/i;
const plainValue = /^[\x20-\x7e]*$/;

function plainHeaders(value: unknown): Header[] | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const headers: Header[] = [];
  let signed = false;
  for (const [name, text] of Object.entries(value)) {
    if (typeof text !== "string" || !plainValue.test(text)) return undefined;
    if (!wireName.test(name) || isBodyName(name)) return undefined;
    const isSignature = isSameName(name, "x-telepath-signature");
    if (!isSignature && namesSignature(name)) return undefined;
    signed ||= isSignature;
    headers.push([name, text]);
  }
  return signed ? headers : undefined;
}

/** Member by member, since every line of a large file passes here. */
function reading(format: string, request: Omit<DumpedRequest, "otherReadings" | "notes">): DumpReading {
  const { method, target, headers, body, fidelity, declaredBytes } = request;
  const whole = { method, target, headers, body, fidelity, declaredBytes, otherReadings: [], notes: [] };
  return { format, requests: [whole] };
}

import type { DumpedRequest } from "../model/dump.ts";
import type { Header } from "../model/http.ts";
import { requestLine } from "./http/head.ts";
import { originForm } from "./http/target.ts";
import type { DumpReading } from "./read.ts";
import { announcedBytes } from "./readings.ts";

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
    if (colon <= 0 || line.includes("\n") || line.startsWith(" ") || line.startsWith("\t")) return undefined;
    headers.push([line.slice(0, colon).trim(), line.slice(colon + 1).trim()]);
  }
  const body = bytes.subarray(end + 4);
  if (body.length === 0 || announcedBytes(headers) !== body.length) return undefined;
  const request = { method: start.method, target: originForm(start.target), headers, body };
  return reading("raw-http", { ...request, fidelity: "exact", declaredBytes: body.length });
}

const plainMembers = new Set(["method", "url", "headers", "body"]);

/**
 * One JSON object as `JSON.stringify` prints it, so that no member is there twice.
 *
 * Used line by line, too: what stands in a large file one value a line.
 */
export function plainJson(text: string): DumpReading | undefined {
  const pieces = withoutBody(text);
  const value = pieces && parsed(pieces.rest);
  if (value === undefined || value["body"] !== "" || JSON.stringify(value) !== pieces?.rest.trimEnd()) return undefined;
  if (!Object.keys(value).every((name) => plainMembers.has(name))) return undefined;
  const { method, url } = value;
  const headers = plainHeaders(value["headers"]);
  if (headers === undefined) return undefined;
  const body = parsed(pieces.body) as string | undefined;
  if (body === undefined || !isPlainBody(body)) return undefined;
  const bytes = Buffer.from(body);
  const declaredBytes = announcedBytes(headers);
  if (declaredBytes !== null && declaredBytes !== bytes.length) return undefined;
  return reading("json", {
    method: typeof method === "string" && /^[A-Za-z]{1,32}$/.test(method) ? method : null,
    target: typeof url === "string" && /^(?:\/|https?:\/\/)/.test(url) ? originForm(url) : null,
    headers,
    body: bytes,
    fidelity: declaredBytes === null ? "text" : "exact",
    declaredBytes,
  });
}

const bodyMember = '"body":"';
/** A pattern remembers where it may go back to: of a text this long that takes little memory. */
const longestPlain = 262_144;
const jsonString = /"[^"\\]*(?:\\.[^"\\]*)*"/y;

/**
 * The first member that is named body as JSON text, and the rest with an empty text in its place: the long body need not
 * be printed again to tell whether all is as `JSON.stringify` prints it.
 */
function withoutBody(text: string): { body: string; rest: string } | undefined {
  const start = text.indexOf(bodyMember) + bodyMember.length - 1;
  if (start < bodyMember.length || text.length > longestPlain) return undefined;
  jsonString.lastIndex = start;
  if (!jsonString.test(text)) return undefined;
  const end = jsonString.lastIndex;
  return { body: text.slice(start, end), rest: `${text.slice(0, start)}""${text.slice(end)}` };
}

function parsed(json: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(json) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/** JSON text that is nothing else in disguise: no base64, no bytes lost or smuggled as surrogates. */
function isPlainBody(body: string): boolean {
  return body.startsWith("{") && !/[\ud800-\udfff\ufffd]/.test(body);
}

/** Names as on the wire; none of them could be a body's (`data`, `raw-body`). */
const plainName = /^[a-z]+(?:-[a-z0-9]+)*$/i;
const bodyName = /^(?:raw|content|text|json)$|body|data|payload/i;
const plainValue = /^[\x20-\x7e]*$/;

function plainHeaders(value: unknown): Header[] | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const headers: Header[] = [];
  let signed = false;
  for (const [name, text] of Object.entries(value)) {
    if (typeof text !== "string" || !plainValue.test(text)) return undefined;
    if (!plainName.test(name) || bodyName.test(name)) return undefined;
    signed ||= name.toLowerCase() === "x-telepath-signature";
    headers.push([name, text]);
  }
  return signed ? headers : undefined;
}

function reading(format: string, request: Omit<DumpedRequest, "otherReadings" | "notes">): DumpReading {
  return { format, requests: [{ ...request, otherReadings: [], notes: [] }] };
}

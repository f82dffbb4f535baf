import { TelepathError } from "../model/errors.ts";
import {
  headerValue,
  headerValues,
  isSameName,
  type Header,
  type HeaderList,
  type HttpRequest,
} from "../model/http.ts";

/**
 * Headers that speak of one connection (RFC 9110 §7.6.1, §10.1.1): never handed on, nor taken over from a record. What
 * a sender names in `Connection` besides these is kept: otherwise `Connection: X-Telepath-Signature` would strip the
 * signature.
 */
const ofOneConnection = new Set([
  "connection",
  "expect",
  "http2-settings",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

const theirLengths = new Set([...ofOneConnection].map((name) => name.length));

/** True for a header that belongs to a single connection. */
export function isOfOneConnection(name: string): boolean {
  return theirLengths.has(name.length) && ofOneConnection.has(name.toLowerCase());
}

/** Methods whose empty body is announced too (RFC 9110 §8.6). */
const expectsBody = new Set(["POST", "PUT", "PATCH"]);

/**
 * The header list as it goes over the wire: as given, less what belongs to a single connection, with the body's true
 * `Content-Length` where one stood (else last) and a `Host` (first, when there was none).
 */
export function wireHeaders(request: HttpRequest, authority: string): HeaderList {
  if (isWhole(request)) return request.headers;
  const headers: Header[] = [];
  let isLengthSaid = false;
  for (const header of request.headers) {
    const [name] = header;
    if (isOfOneConnection(name)) continue;
    if (!isSameName(name, "content-length")) headers.push(header);
    else if (!isLengthSaid) {
      headers.push([name, String(request.body.byteLength)]);
      isLengthSaid = true;
    }
  }
  const isExpected = request.body.byteLength > 0 || expectsBody.has(request.method);
  if (isExpected && !isLengthSaid) headers.push(["Content-Length", String(request.body.byteLength)]);
  if (headerValue(headers, "host") === undefined) headers.unshift(["Host", authority]);
  return headers;
}

/** Most lists are whole, those on record are; to make another of them costs more than to look. */
function isWhole({ headers, body }: HttpRequest): boolean {
  let [hosts, lengths] = [0, 0];
  for (const [name, value] of headers) {
    if (isOfOneConnection(name)) return false;
    if (isSameName(name, "host")) hosts += 1;
    else if (isSameName(name, "content-length")) {
      if (value !== String(body.byteLength)) return false;
      lengths += 1;
    }
  }
  return hosts > 0 && lengths === 1;
}

/** The request line and the headers, up to and with the blank line, as latin1 text. */
export function requestHead(request: HttpRequest, headers: HeaderList): string {
  let head = `${request.method} ${request.target} HTTP/1.1\r\n`;
  for (const [name, value] of headers) head += `${name}: ${value}\r\n`;
  return `${head}\r\n`;
}

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const fieldValue = /^[\t\x20-\x7e\x80-\xff]*$/;
const originForm = /^\/[\x21-\x7e\x80-\xff]*$/;

/**
 * Makes sure that a request can be written as one HTTP/1.1 message and nothing else (RFC 9112 §3, RFC 9110 §5).
 *
 * @throws TelepathError `INVALID_REQUEST` naming the part that cannot
 */
export function checkRequest(request: HttpRequest): void {
  if (!token.test(request.method) || request.method === "CONNECT") {
    throw invalid(`the method ${JSON.stringify(request.method)}`);
  }
  if (!originForm.test(request.target)) throw invalid(`the request target ${JSON.stringify(request.target)}`);
  for (const [name, value] of request.headers) {
    if (!token.test(name)) throw invalid(`the header name ${JSON.stringify(name)}`);
    // The value may be a credential: name it, never show it.
    if (!fieldValue.test(value)) throw invalid(`the value of the header ${name}`);
  }
  if (headerValues(request.headers, "host").length > 1) throw invalid("a request with more than one Host header");
}

function invalid(what: string): TelepathError {
  return new TelepathError(
    "INVALID_REQUEST",
    `${what} cannot be sent over HTTP/1.1`,
    "a target starts with / and has no spaces; header names are letters, digits and hyphens, values have no line ends",
  );
}

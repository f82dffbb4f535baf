import type { IncomingMessage } from "node:http";
import { headerValues, type HeaderList } from "../model/http.ts";
import { cameBack } from "./proxy-headers.ts";

/** Why a request is turned away before its body is read. */
export interface Refusal {
  status: number;
  code: string;
  text: string;
}

/**
 * Most receivers keep this many headers and drop the rest in silence, the signature included (`node:http` does), so a
 * request with more is refused.
 */
const mostHeaders = 1000;

/**
 * Checks what the parser of `node:http` lets through and no receiver should have to guess about.
 *
 * @param name of this gateway, which no request may have passed before
 */
export function admit(request: IncomingMessage, headers: HeaderList, name: string): Refusal | null {
  if (cameBack(headers, name)) return loop;
  for (const rule of rules) {
    const refusal = rule(request, headers);
    if (refusal) return refusal;
  }
  return null;
}

/** RFC 5842 §7.2. */
const loop: Refusal = { status: 508, code: "loop", text: "the app's address leads back to this receiver" };

const rules: ((request: IncomingMessage, headers: HeaderList) => Refusal | null)[] = [
  headerCount,
  originForm,
  oneHost,
  chunkedOnly,
  noUpgrade,
];

function headerCount(_request: IncomingMessage, headers: HeaderList): Refusal | null {
  if (headers.length <= mostHeaders) return null;
  return { status: 431, code: "too-many-headers", text: `more than ${mostHeaders} headers` };
}

/**
 * Only the origin form (RFC 9112 §3.2.1). Where the request goes is settled at the start: a target is text put after
 * the path of the app and is never parsed, so `//other-host/` and `/\other-host/` are paths like any other.
 */
function originForm(request: IncomingMessage): Refusal | null {
  if (request.url?.startsWith("/")) return null;
  return { status: 400, code: "request-target", text: "the request target must start with a slash" };
}

/** RFC 9112 §3.2: none (except from HTTP/1.0) or several are an error; `node:http` would take the first. */
function oneHost(request: IncomingMessage, headers: HeaderList): Refusal | null {
  const hosts = headerValues(headers, "host").length;
  if (hosts === 1 || (hosts === 0 && request.httpVersion === "1.0")) return null;
  return { status: 400, code: "host", text: hosts === 0 ? "the Host header is missing" : "more than one Host header" };
}

/** RFC 9112 §6.1: a coding we would not undo is 501; one from HTTP/1.0 has unknown framing. */
function chunkedOnly(request: IncomingMessage, headers: HeaderList): Refusal | null {
  const codings = headerValues(headers, "transfer-encoding");
  if (codings.length === 0) return null;
  const text = "the body must be sent with Content-Length, or chunked over HTTP/1.1";
  const [only = ""] = codings;
  if (codings.length > 1 || request.httpVersion === "1.0" || /^[\s,]|,\s*(,|$)/.test(only)) {
    return { status: 400, code: "transfer-encoding", text };
  }
  return only.trim().toLowerCase() === "chunked" ? null : { status: 501, code: "transfer-encoding", text };
}

/** A webhook never switches protocols. The offer of `h2c` that some HTTP clients always make may be ignored. */
function noUpgrade(_request: IncomingMessage, headers: HeaderList): Refusal | null {
  if (headerValues(headers, "upgrade").every((value) => value.trim().toLowerCase() === "h2c")) return null;
  return { status: 426, code: "upgrade", text: "only HTTP/1.1 is spoken here" };
}

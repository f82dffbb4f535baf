import { eventHead } from "../../model/event.ts";
import type { Header } from "../../model/http.ts";
import { asBuffer, isUtf8 } from "../readings.ts";
import type { ExportedRequest } from "./export.ts";
import { printableJson, safeHeaders, safeMethod, urlOf } from "./request-parts.ts";

/** A request as a script holds it: everything but what the connection or the moment of sending makes. */
export interface ScriptedRequest {
  /** The event's type, else method and path: for names of tests and tags. */
  name: string;
  method: string;
  url: string;
  headers: readonly Header[];
  /** Text where the body is UTF-8, so that it can be read and changed; base64 otherwise. */
  body: { text: string } | { base64: string };
  callId: string | null;
}

/** Set by whoever sends, for the host and the bytes it then sends; the signature is made anew. */
const madeOnSending = new Set([
  "host",
  "content-length",
  "connection",
  "keep-alive",
  "transfer-encoding",
  "expect",
  "upgrade",
  "te",
  "trailer",
  "x-telepath-signature",
]);

export function scriptedRequest(request: ExportedRequest): ScriptedRequest {
  const bytes = asBuffer(request.body);
  const { event, callId } = eventHead(bytes);
  const method = safeMethod(request.method);
  return {
    name: event ?? `${method} ${request.target.split("?", 1)[0]}`,
    method,
    url: urlOf(request),
    headers: safeHeaders(request.headers).filter(([name]) => !madeOnSending.has(name.toLowerCase())),
    body: isUtf8(bytes) ? { text: bytes.toString("utf8") } : { base64: bytes.toString("base64") },
    callId,
  };
}

/**
 * A value as a literal of JavaScript, that ends where it ends whatever it holds, and does nothing to a terminal or, were
 * the script put into a page, to that page.
 */
export function literal(value: unknown): string {
  return printableJson(JSON.stringify(value)).replaceAll("<", "\\u003c");
}

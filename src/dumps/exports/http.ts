import { headerValue, headerValues } from "../../model/http.ts";
import { dumpExport, type ExportedRequest } from "./export.ts";
import { safeHeaders, safeMethod, safeTarget } from "./request-parts.ts";

/**
 * HTTP/1.1 messages as they go over the wire. A body no header announces gets a Content-Length, and one announced as
 * chunked is one chunk: else nobody could tell where it ends.
 */
export const http = dumpExport({
  name: "http",
  description: "the HTTP/1.1 message, for nc and .http files",
  isPrintable: false,
  separator: "\r\n",
  request: message,
});

function message(request: ExportedRequest): Buffer {
  const isChunked = /(?:^|,)\s*chunked\s*$/i.test(headerValue(request.headers, "transfer-encoding") ?? "");
  const isAnnounced = isChunked || headerValues(request.headers, "content-length").length > 0;
  const announced = isAnnounced || request.body.length === 0 ? [] : [`Content-Length: ${request.body.length}`];
  const head = [
    `${safeMethod(request.method)} ${safeTarget(request.target) || "/"} HTTP/1.1`,
    ...safeHeaders(request.headers).map(([name, value]) => `${name}: ${value}`),
    ...announced,
  ];
  const body = isChunked ? chunked(request.body) : [request.body];
  return Buffer.concat([Buffer.from(`${head.join("\r\n")}\r\n\r\n`, "latin1"), ...body]);
}

function chunked(body: Uint8Array): Uint8Array[] {
  const end = Buffer.from("0\r\n\r\n");
  return body.length === 0 ? [end] : [Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from("\r\n"), end];
}

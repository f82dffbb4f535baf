import { asBuffer, isUtf8 } from "../readings.ts";
import { dumpExport, type ExportedRequest } from "./export.ts";
import { printableJson } from "./request-parts.ts";

/** A body in JSON: text when it is UTF-8, base64 otherwise. Every byte is there. */
export type JsonBody = { text: string } | { base64: string };

/** One object a line: method, target, url, time, headers as pairs, and the body to the byte. */
export const json = dumpExport({
  name: "json",
  description: "one JSON object a line, every byte kept",
  takesDamagedBodies: true,
  request: (request) => Buffer.from(`${printableJson(JSON.stringify(lineOf(request)))}\n`),
});

/** A body as JSON can hold it without loss. */
export function jsonBody(body: Uint8Array): JsonBody {
  const bytes = asBuffer(body);
  return isUtf8(bytes) ? { text: bytes.toString("utf8") } : { base64: bytes.toString("base64") };
}

function lineOf({ method, target, url, startedAt, headers, body, bodyState = "whole" }: ExportedRequest): object {
  return {
    type: "request",
    method,
    target,
    url,
    ...(startedAt !== undefined && { receivedAt: new Date(startedAt).toISOString() }),
    headers,
    body: jsonBody(body),
    ...(bodyState !== "whole" && { bodyState }),
  };
}

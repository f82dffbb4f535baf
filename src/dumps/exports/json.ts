import { asBuffer, isUtf8 } from "../readings.ts";
import type { DumpExport, ExportedRequest } from "./export.ts";
import { printableJson } from "./request-parts.ts";

/** A body in JSON: text when it is UTF-8, base64 otherwise. Every byte is there. */
export type JsonBody = { text: string } | { base64: string };

/** One object a line: method, target, url, headers as pairs, and the body to the byte. */
export const json: DumpExport = {
  name: "json",
  description: "one JSON object a line, every byte kept",
  write: (...requests) => Buffer.from(requests.map(line).join("")),
};

/** A body as JSON can hold it without loss. */
export function jsonBody(body: Uint8Array): JsonBody {
  const bytes = asBuffer(body);
  return isUtf8(bytes) ? { text: bytes.toString("utf8") } : { base64: bytes.toString("base64") };
}

function line({ method, target, url, headers, body }: ExportedRequest): string {
  return `${printableJson(JSON.stringify({ method, target, url, headers, body: jsonBody(body) }))}\n`;
}

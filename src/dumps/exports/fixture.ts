import { member, stringOf, tryParseJson } from "../json.ts";
import { asBuffer, isUtf8 } from "../readings.ts";
import { dumpExport, unexportable, type ExportedRequest } from "./export.ts";

/**
 * The payload alone, byte for byte: a file for the project's folder of sample events, named after its type. One event
 * a file, so only one request.
 */
export const fixture = dumpExport({
  name: "fixture",
  description: "the payload as a sample event, for telepath-fixtures/<type>.json; one delivery",
  isPrintable: false,
  keepsSignature: false,
  // It is signed anew whenever it is sent.
  takesDamagedBodies: true,
  separator: "\n",
  request: payload,
});

function payload({ body }: ExportedRequest): Buffer {
  const bytes = asBuffer(body);
  const json = isUtf8(bytes) ? tryParseJson(bytes.toString("utf8")) : undefined;
  if (json?.type !== "object") throw unexportable("a sample event is a JSON object, and this payload is none", whole);
  if (!stringOf(member(json, "event"))) {
    throw unexportable('a sample event has its type in "event", and this payload has none', whole);
  }
  return bytes;
}

const whole = "--format json holds any request";

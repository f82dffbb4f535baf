import type { DumpedRequest } from "../../model/dump.ts";
import type { JsonNode, Source } from "../format.ts";
import { member, stringOf } from "../json.ts";
import { announcedBytes, settleBody, type Reading } from "../readings.ts";
import { bodyReadings } from "../values/bodies.ts";
import { headersIn } from "../values/headers.ts";
import { producerFormat } from "../values/producer.ts";

/**
 * Recordings of nock. JSON bodies are parsed; what is coded or no UTF-8 is hex. The request's headers are there only when
 * that was asked for; `rawHeaders` are the response's.
 *
 * @see https://github.com/nock/nock#recording
 */
export const nock = producerFormat({
  name: "nock",
  description: "recordings of nock (output_objects)",
  marks: ["scope"],
  isRecord: (node) =>
    stringOf(member(node, "scope")) !== undefined &&
    stringOf(member(node, "path")) !== undefined &&
    (member(node, "reqheaders") ?? member(node, "response") ?? member(node, "status")) !== undefined,
  read,
  advice: {
    reserialised: "nock parses JSON bodies: log the body in the receiver before it is parsed, or record with Polly.JS.",
  },
});

function read(record: JsonNode, document: Source): DumpedRequest[] {
  const recorded = member(record, "reqheaders");
  const headers = headersIn(recorded) ?? [];
  const settled = settleBody(readingsOf(record, document), announcedBytes(headers));
  const notes = recorded ? [] : ["No headers of the request: record with enable_reqheaders_recording: true."];
  return [
    {
      method: stringOf(member(record, "method")) ?? null,
      target: stringOf(member(record, "path")) ?? null,
      headers,
      ...settled,
      notes: [...settled.notes, ...notes],
    },
  ];
}

function readingsOf(record: JsonNode, document: Source): Reading[] {
  const readings = bodyReadings(member(record, "body"), document, "text");
  // What looks like hex is hex far more often than a text of digits.
  return readings.toSorted((a, b) => Number(b.held === "bytes") - Number(a.held === "bytes"));
}

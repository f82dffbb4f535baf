import type { DumpedRequest } from "../../model/dump.ts";
import { TelepathError } from "../../model/errors.ts";
import { headerValue } from "../../model/http.ts";
import type { Dump, DumpFormat, JsonNode } from "../format.ts";
import { requestLine } from "../http/head.ts";
import { originForm } from "../http/target.ts";
import { countOf, member, memberAt, stringOf } from "../json.ts";
import { absentBody, announcedBytes, settleBody } from "../readings.ts";
import { stringReadings } from "../values/bodies.ts";
import { headersIn } from "../values/headers.ts";
import { producerFormat } from "../values/producer.ts";

const sessions = producerFormat({
  name: "charles",
  description: "Charles' JSON session files (.chlsj)",
  marks: ["actualPort"],
  isRecord: (node) => member(node, "actualPort") !== undefined && memberAt(node, "request", "header") !== undefined,
  read,
  advice: {
    text: "Charles holds the body as decoded text: bytes that are no text are lost.",
    absent: "Charles left the body out: it drops those above its limit (Proxy, Recording Settings).",
  },
});

/**
 * Charles' JSON sessions. A body is text, or base64 in `encoded`. Its `.chls` files are Java's serialisation, which
 * is not read.
 */
export const charles: DumpFormat = {
  ...sessions,
  recognizes: (dump) => isBinary(dump) || sessions.recognizes(dump),
  parse(dump) {
    if (!isBinary(dump)) return sessions.parse(dump);
    const hint = "In Charles: File, Export Session, JSON Session File (.chlsj).";
    throw new TelepathError("BROKEN_DUMP", "binary sessions (.chls) are not read", hint);
  },
};

const JAVA_SERIALISATION = Buffer.from("aced0005", "hex");

function isBinary({ bytes }: Dump): boolean {
  return bytes.subarray(0, 4).equals(JAVA_SERIALISATION) && bytes.subarray(0, 4096).includes("xk72");
}

function read(record: JsonNode): DumpedRequest[] {
  const request = member(record, "request");
  const headers = headersIn(memberAt(request, "header", "headers")) ?? [];
  const line = requestLine(stringOf(memberAt(request, "header", "firstLine")) ?? "");
  const path = stringOf(member(record, "path"));
  const query = stringOf(member(record, "query"));
  const target = path === undefined ? null : query ? `${path}?${query}` : path;
  const size = countOf(memberAt(request, "sizes", "body"));
  const declared = announcedBytes(headers) ?? size ?? null;
  const encoded = stringOf(memberAt(request, "body", "encoded"));
  const text = stringOf(memberAt(request, "body", "text"));
  const readings = encoded === undefined ? stringReadings(text ?? "", "text") : stringReadings(encoded, "base64");
  const isHeld = encoded !== undefined || text !== undefined || (declared ?? 0) === 0;
  const settled = isHeld ? settleBody(readings, declared) : absentBody(declared);
  const coding = headerValue(headers, "content-encoding");
  // Of a coded body the text is what it decodes to.
  const isDecoded =
    encoded === undefined && coding !== undefined && coding !== "identity" && settled.fidelity !== "absent";
  return [
    {
      method: stringOf(member(record, "method")) ?? line?.method ?? null,
      target: target ?? (line ? originForm(line.target) : null),
      headers,
      ...settled,
      fidelity: isDecoded ? "text" : settled.fidelity,
    },
  ];
}

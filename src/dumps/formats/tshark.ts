import type { DumpedRequest } from "../../model/dump.ts";
import { TelepathError } from "../../model/errors.ts";
import type { DumpFormat, JsonNode } from "../format.ts";
import { readHeaderLines, startsMessage } from "../http/head.ts";
import { readMessages } from "../http/messages.ts";
import { originForm } from "../http/target.ts";
import { itemsOf, member, memberAt, parseJson, stringOf } from "../json.ts";
import { announcedBytes, settleBody } from "../readings.ts";
import { stringReadings } from "../values/bodies.ts";

/**
 * `tshark -T json`. Each header is a member named `http.request.line`, so only a parser that keeps repetitions sees the
 * signature. A request in one segment is exact by its `tcp.payload`; of others `http.file_data` is left.
 */
export const tshark: DumpFormat = {
  name: "tshark",
  description: "tshark -T json",

  recognizes({ json }) {
    return layersOf(json).some((layers) => linesOf(layers) !== "");
  },

  parse(dump) {
    const requests = layersOf(dump.json ?? parseJson(dump.text)).flatMap(requestIn);
    if (requests.length === 0) throw new TelepathError("BROKEN_DUMP", "no packet in it has http.request.line");
    return requests;
  },
};

function layersOf(root: JsonNode | undefined): JsonNode[] {
  return itemsOf(root).flatMap((packet) => memberAt(packet, "_source", "layers") ?? []);
}

function linesOf(layers: JsonNode): string {
  const http = member(layers, "http");
  if (http?.type !== "object") return "";
  return http.members
    .filter(({ name }) => name === "http.request.line")
    .map(({ value }) => stringOf(value)?.trimEnd() ?? "")
    .filter((line) => line.includes(":"))
    .join("\n");
}

function requestIn(layers: JsonNode): DumpedRequest[] {
  const lines = linesOf(layers);
  if (lines === "") return [];
  const segment = Buffer.from((stringOf(memberAt(layers, "tcp", "tcp.payload")) ?? "").replaceAll(":", ""), "hex");
  const [message] = startsMessage(segment, 0) ? readMessages(segment) : [];
  if (message?.fidelity === "exact") return [message];

  const { headers } = readHeaderLines(Buffer.from(lines, "latin1"), 0);
  const url = stringOf(memberAt(layers, "http", "http.request.full_uri"));
  const data = stringOf(memberAt(layers, "http", "http.file_data")) ?? "";
  return [
    {
      method: message?.method ?? "POST",
      target: url === undefined ? null : originForm(url),
      headers,
      ...settleBody(stringReadings(data, "text"), announcedBytes(headers)),
    },
  ];
}

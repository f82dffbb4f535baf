import { TelepathError } from "../../model/errors.ts";
import type { Dump, DumpFormat, JsonNode } from "../format.ts";
import { itemsOf, member, memberAt, parseJson, stringOf, tryParseJson } from "../json.ts";
import { dissectedSegment, requestsInDissected, type DissectedPacket } from "../packets/dissected.ts";
import type { Reading } from "../readings.ts";
import { stringReadings } from "../values/bodies.ts";
import { headerBytes } from "../values/headers.ts";
import { withoutWhiteEnd } from "../white.ts";

/**
 * `tshark -T json`, `-T jsonraw` and `-T ek`. Each header is a member named `http.request.line`, so only a parser that
 * keeps repetitions sees the signature. `-T ek` has one packet a line, and `http_http_request_line` for that name.
 */
export const tshark: DumpFormat = {
  name: "tshark",
  description: "tshark -T json, with or without -x, -T jsonraw and -T ek",

  recognizes(dump) {
    if (isEk(dump.text)) return true;
    return layersIn(dump).some((layers) => packetOf(layers).headerLines !== "" || hexIn(layers, "frame_raw") !== null);
  },

  parse(dump) {
    if (dump.json === undefined && !isEk(dump.text)) parseJson(dump.text);
    const requests = requestsInDissected(layersIn(dump).map(packetOf));
    if (requests.length === 0) throw new TelepathError("BROKEN_DUMP", "no packet in it has a request", captureInstead);
    return requests;
  },
};

const captureInstead = "Give the capture itself: tshark -w capture.pcap, then verify capture.pcap.";

function isEk(text: string): boolean {
  return text.startsWith('{"index":{"_index":"packets-');
}

function layersIn({ json, text }: Dump): JsonNode[] {
  if (json === undefined && !isEk(text)) return [];
  const packets = json === undefined ? text.split("\n").flatMap((line) => tryParseJson(line) ?? []) : itemsOf(json);
  return packets.flatMap((packet) => memberAt(packet, "_source", "layers") ?? member(packet, "layers") ?? []);
}

function packetOf(layers: JsonNode): DissectedPacket {
  const tcp = member(layers, "tcp");
  const http = member(layers, "http");
  const payload = hexIn(tcp, "tcp.payload");
  const numbers = {
    stream: textIn(tcp, "tcp.stream"),
    port: textIn(tcp, "tcp.srcport"),
    sequence: textIn(tcp, "tcp.seq_raw") || textIn(tcp, "tcp.seq"),
  };
  return {
    segment: dissectedSegment(payload, hexIn(layers, "frame_raw"), numbers),
    reassembled: hexIn(member(layers, "tcp.segments"), "tcp.reassembled.data"),
    method: methodIn(http),
    url: textIn(http, "http.request.full_uri") || null,
    headerLines: headerLinesIn(http),
    body: bodyIn(http),
  };
}

/** A field by its name, or by the one it has in `-T ek`: `tcp_tcp_payload` for `tcp.payload`. */
function field(layer: JsonNode | undefined, name: string): JsonNode | undefined {
  const [protocol = ""] = name.split(".", 1);
  return member(layer, name) ?? member(layer, `${protocol}_${name.replaceAll(".", "_")}`);
}

function textIn(layer: JsonNode | undefined, name: string): string {
  const node = field(layer, name);
  return stringOf(node) ?? (node?.type === "number" ? node.raw : "");
}

/** The bytes of a field, from `name_raw` (hex, with its place after it) or from the field itself (`50:4f:53`). */
function hexIn(layer: JsonNode | undefined, name: string): Buffer | null {
  const raw = member(layer, name.endsWith("_raw") ? name : `${name}_raw`);
  const hex = stringOf(raw) ?? stringOf(itemsOf(raw)[0]) ?? textIn(layer, name).replaceAll(":", "");
  return hex !== "" && /^(?:[0-9a-f]{2})+$/i.test(hex) ? Buffer.from(hex, "hex") : null;
}

function methodIn(http: JsonNode | undefined): string | null {
  if (http?.type !== "object") return null;
  for (const { value } of http.members) {
    const method = textIn(value, "http.request.method");
    if (method !== "") return method;
  }
  return textIn(http, "http.request.method") || null;
}

/** The value of every `http.request.line`, in their order; `--no-duplicate-keys` makes one list of them. */
function headerLinesIn(http: JsonNode | undefined): string {
  if (http?.type !== "object") return "";
  const named = (wanted: string): JsonNode[] =>
    http.members.flatMap(({ name, value }) => (name === wanted ? [value] : []));
  const raw = named("http.request.line_raw").flatMap((line) => stringOf(itemsOf(line)[0]) ?? []);
  const shown = [...named("http.request.line"), ...named("http_http_request_line")]
    .flatMap((value) => (value.type === "array" ? value.items : [value]))
    .flatMap((line) => stringOf(line) ?? []);
  // The bytes where there are any.
  const lines =
    raw.length === 0 ? shown.map(headerBytes) : raw.map((hex) => Buffer.from(hex, "hex").toString("latin1"));
  return lines
    .map((line) => withoutWhiteEnd(line.replace(/[\r\n]+/g, " ")))
    .filter((line) => /^[^\s:][^:]*:/.test(line))
    .join("\n");
}

function bodyIn(http: JsonNode | undefined): Reading[] {
  const text = textIn(http, "http.file_data");
  const bytes = hexIn(http, "http.file_data");
  const readings: Reading[] = text === "" && bytes !== null ? [] : stringReadings(text, "text");
  // tshark 4.2 and later show the bytes, earlier ones text, which can itself be hex digits.
  return bytes === null ? readings : [{ held: "bytes", bytes }, ...readings];
}

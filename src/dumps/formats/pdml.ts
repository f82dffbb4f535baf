import { TelepathError } from "../../model/errors.ts";
import type { DumpFormat } from "../format.ts";
import { dissectedSegment, requestsInDissected, type DissectedPacket } from "../packets/dissected.ts";
import { withoutWhiteEnd } from "../white.ts";

const START = /^\s{0,100}<\?xml[^>]{0,200}>[^]{0,2000}?<pdml[\s>]/;
const FIELD = /<field\s+name="([^"<]{1,100})"([^<>]*)>/g;

/**
 * `tshark -T pdml`: XML in which every field has its bytes as hex in `value`. Only these are read, so no entity is ever
 * replaced; a document that declares some is refused.
 */
export const pdml: DumpFormat = {
  name: "pdml",
  description: "tshark -T pdml",

  recognizes({ text }) {
    return START.test(text);
  },

  parse({ text }) {
    if (text.includes("<!ENTITY")) throw new TelepathError("BROKEN_DUMP", "it declares XML entities: not read");
    const packets = text.split("<packet>").slice(1).map(packetOf);
    const requests = requestsInDissected(packets);
    if (requests.length === 0) {
      throw new TelepathError("BROKEN_DUMP", "no packet in it has a request", "Give the capture itself: tshark -w.");
    }
    return requests;
  },
};

const NAMES = new Set([
  "http.request.full_uri",
  "http.request.line",
  "http.request.method",
  "http.file_data",
  "tcp.payload",
  "tcp.reassembled.data",
  "tcp.seq_raw",
  "tcp.srcport",
  "tcp.stream",
]);

function packetOf(text: string): DissectedPacket {
  const fields = new Map<string, { shown: string; bytes: Buffer }[]>();
  for (const [, name = "", attributes = ""] of text.matchAll(FIELD)) {
    if (!NAMES.has(name)) continue;
    const hex = /\svalue="((?:[0-9a-fA-F]{2})*)"/.exec(attributes)?.[1] ?? "";
    const shown = /\sshow="([^"]*)"/.exec(attributes)?.[1] ?? "";
    const values = fields.get(name) ?? [];
    values.push({ shown, bytes: Buffer.from(hex, "hex") });
    fields.set(name, values);
  }
  const shown = (name: string): string => fields.get(name)?.[0]?.shown ?? "";
  const bytes = (name: string): Buffer | null => fields.get(name)?.[0]?.bytes ?? null;
  const numbers = { stream: shown("tcp.stream"), port: shown("tcp.srcport"), sequence: shown("tcp.seq_raw") };
  const data = bytes("http.file_data");
  return {
    segment: dissectedSegment(bytes("tcp.payload"), null, numbers),
    reassembled: bytes("tcp.reassembled.data"),
    method: bytes("http.request.method")?.toString("latin1") ?? null,
    url: shown("http.request.full_uri").replaceAll("&amp;", "&") || null,
    headerLines: headerLines(fields.get("http.request.line") ?? []),
    body: data === null ? [] : [{ held: "bytes", bytes: data }],
  };
}

function headerLines(lines: { bytes: Buffer }[]): string {
  return lines
    .map(({ bytes }) => withoutWhiteEnd(bytes.toString("latin1").replace(/\r?\n$/, "")))
    .filter((line) => /^[^\s:][^:\n]*:/.test(line))
    .join("\n");
}

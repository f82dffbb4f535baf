import type { JsonNode, Source } from "../format.ts";
import { itemsOf, member, stringOf } from "../json.ts";
import { isUtf8, type Reading } from "../readings.ts";

/** What a string is known to be: base64, text, or either. */
export type Encoding = "base64" | "text" | "unknown";

/**
 * The ways to read a JSON value as a body, most likely first. `null` and a value that is not there have none.
 *
 * A parsed value is given with the text it has in the dump.
 */
export function bodyReadings(node: JsonNode | undefined, source: Source, encoding: Encoding): Reading[] {
  if (node === undefined || (node.type === "literal" && node.value === null)) return [];
  if (node.type === "string") {
    return stringReadings(node.value, encoding, node.reading);
  }
  const bytes = byteValues(node) ?? entries(node);
  if (bytes) return [{ held: "bytes", bytes }];
  const own: Reading = { held: "value", bytes: Buffer.from(source.text.slice(node.start, node.end)) };
  const wrapped = wrappedReadings(node, source);
  if (wrapped.length > 0) return [...wrapped, own];
  // Express and others make {} of an empty body.
  const isEmpty = node.type === "object" && node.members.length === 0;
  return isEmpty ? [own, { held: "value", bytes: new Uint8Array() }] : [own];
}

/** The ways to read a string as a body. Where it says itself what it is as text, `asText` is that. */
export function stringReadings(text: string, encoding: Encoding, asText?: Reading): Reading[] {
  const readings = [asText ?? { held: "text", bytes: textBytes(text) }];
  const decoded = encoding === "text" ? undefined : fromBase64(text, encoding === "base64");
  if (decoded) {
    // Flagged, or it decodes to text that nobody would take for base64 by itself.
    const likely = encoding === "base64" || (text.length >= 16 && isUtf8(decoded));
    readings[likely ? "unshift" : "push"]({ held: "bytes", bytes: decoded });
  }
  // nock's way with bodies that are not text.
  if (/^(?:[0-9a-f]{2})+$/.test(text)) readings.push({ held: "bytes", bytes: Buffer.from(text, "hex") });
  // Bytes that were shown one character each, as Chrome's protocol and Python's latin1 do.
  if (/^[\0-\xff]*[\x80-\xff][\0-\xff]*$/.test(text))
    readings.push({ held: "bytes", bytes: Buffer.from(text, "latin1") });
  return readings;
}

/** The bytes of strict base64, also of the URL alphabet and without padding; undefined for any other text. */
export function fromBase64(text: string, mayHaveLines = false): Buffer | undefined {
  const compact = mayHaveLines ? text.replace(/[\r\n]/g, "") : text;
  if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(compact) || compact === "") return compact === "" ? Buffer.alloc(0) : undefined;
  const digits = compact.replace(/=+$/, "");
  const padded = compact.length !== digits.length;
  if (digits.length % 4 === 1 || (padded && compact.length % 4 !== 0)) return undefined;
  return Buffer.from(digits, "base64");
}

/** UTF-8, with Python's surrogateescape undone: `\udc80` to `\udcff` stand for the bytes 0x80 to 0xff. */
function textBytes(text: string): Buffer {
  if (!/[\udc80-\udcff]/.test(text)) return Buffer.from(text);
  const pieces = text.split(/((?<![\ud800-\udbff])[\udc80-\udcff])/);
  return Buffer.concat(
    pieces.map((piece, index) => (index % 2 === 0 ? Buffer.from(piece) : Buffer.of(piece.charCodeAt(0) & 0xff))),
  );
}

/** `{"type":"Buffer","data":[…]}` and a Uint8Array's `{"0":…,"1":…}`. */
function byteValues(node: JsonNode): Buffer | undefined {
  if (node.type !== "object") return undefined;
  const { members } = node;
  if (stringOf(member(node, "type")) === "Buffer") {
    const data = member(node, "data");
    return data?.type === "array" ? bytesOf(data.items) : undefined;
  }
  const counts = members.length > 0 && members.every(({ name }, index) => name === String(index));
  return counts ? bytesOf(members.map(({ value }) => value)) : undefined;
}

function bytesOf(items: readonly JsonNode[]): Buffer | undefined {
  const bytes = Buffer.alloc(items.length);
  for (const [index, item] of items.entries()) {
    if (item.type !== "number" || !/^(?:\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])$/.test(item.raw)) return undefined;
    bytes[index] = Number(item.raw);
  }
  return bytes;
}

/** Chrome's `postDataEntries`: base64 pieces. */
function entries(node: JsonNode): Buffer | undefined {
  const pieces: Buffer[] = [];
  for (const item of itemsOf(node)) {
    const piece = fromBase64(stringOf(member(item, "bytes")) ?? "?");
    if (piece === undefined) return undefined;
    pieces.push(piece);
  }
  return pieces.length === 0 ? undefined : Buffer.concat(pieces);
}

/** A body in a wrapper: HAR's and Insomnia's `{mimeType, text}`, Postman's `{mode, raw}`, Charles' `{encoding, encoded}`. */
function wrappedReadings(node: JsonNode, source: Source): Reading[] {
  const encoded = member(node, "encoded");
  if (encoded && member(node, "encoding")) return bodyReadings(encoded, source, "base64");
  const raw = member(node, "raw");
  if (raw && member(node, "mode")) return bodyReadings(raw, source, "text");
  const text = stringOf(member(node, "text"));
  const isWrapper = ["mimeType", "charset", "encoding"].some((name) => member(node, name) !== undefined);
  if (text === undefined || !(isWrapper || (node.type === "object" && node.members.length === 1))) return [];
  return stringReadings(text, stringOf(member(node, "encoding")) === "base64" ? "base64" : "text");
}

import type { DumpedRequest } from "../model/dump.ts";
import { TelepathError } from "../model/errors.ts";
import { gunzip, isGzip } from "./archives/gzip.ts";
import type { Dump, DumpFormat, JsonNode } from "./format.ts";
import { dumpFormats } from "./formats/index.ts";
import { parseJson, tryParseJson } from "./json.ts";
import { asBuffer } from "./readings.ts";

/** The largest dump that is read, in bytes. */
export const maxDumpBytes = 67_108_864;

/** What a dump is, and the requests in it. */
export interface DumpReading {
  /** The name of its format. */
  format: string;
  /** At least one. */
  requests: DumpedRequest[];
}

/**
 * Finds the requests in a dump. Its form is told from its bytes; with `format` it is read as that one or not at all.
 * A dump compressed with gzip is read as the dump it holds.
 *
 * @throws TelepathError `UNKNOWN_DUMP`, `UNKNOWN_FORMAT`, `DUMP_TOO_LARGE`, or `BROKEN_DUMP` with the place.
 */
export function readDump(bytes: Uint8Array, options: { format?: string | undefined } = {}): DumpReading {
  if (bytes.length > maxDumpBytes) {
    const size = `${Math.ceil(bytes.length / 1_048_576)} MB`;
    throw new TelepathError("DUMP_TOO_LARGE", `the dump is ${size}, the most that is read is 64 MB`, "Split it first.");
  }
  const dump = dumpOf(isGzip(bytes) ? gunzip(bytes) : bytes);
  const format = options.format === undefined ? recognize(dump) : formatNamed(options.format);
  const requests = parse(format, dump);
  if (requests.length === 0) {
    throw new TelepathError("BROKEN_DUMP", `there is no request in this ${format.name} dump`, separately);
  }
  return { format: format.name, requests };
}

/** A dump with the views its formats share. UTF-16, which PowerShell writes, becomes UTF-8. */
export function dumpOf(bytes: Uint8Array): Dump {
  const utf8 = withoutByteOrderMark(asBuffer(bytes));
  let text: string | undefined;
  let json: { node: JsonNode | undefined } | undefined;
  return {
    bytes: utf8,
    get text() {
      text ??= utf8.toString("utf8");
      return text;
    },
    get json() {
      json ??= { node: tryParseJson(this.text) };
      return json.node;
    },
  };
}

const separately =
  "Give its headers and its body apart: verify headers.txt --body body.json, or verify body.json --signature sha256=…";

function recognize(dump: Dump): DumpFormat {
  const format = dumpFormats.find((candidate) => candidate.recognizes(dump));
  if (format) return format;
  if (dump.bytes.length === 0) throw new TelepathError("UNKNOWN_DUMP", "the dump is empty", separately);
  // Looks like JSON and is not: its place says more than that no form fits.
  if (/^\s{0,1000}[{[]/.test(dump.text) && dump.json === undefined) throw brokenJson(dump);
  const message = "no request was recognised in this dump";
  if (dump.json?.type === "object") {
    throw new TelepathError("UNKNOWN_DUMP", `${message}: it is JSON without the signature header`, separately);
  }
  throw new TelepathError("UNKNOWN_DUMP", message, separately);
}

function brokenJson(dump: Dump): TelepathError {
  try {
    parseJson(dump.text);
  } catch (error) {
    if (error instanceof TelepathError) return new TelepathError("BROKEN_DUMP", error.message, separately);
    throw error;
  }
  throw new Error("the text is JSON after all");
}

function formatNamed(name: string): DumpFormat {
  const format = dumpFormats.find((candidate) => candidate.name === name);
  if (format) return format;
  const known = dumpFormats.map((candidate) => candidate.name).join(", ");
  throw new TelepathError("UNKNOWN_FORMAT", `there is no dump format ${JSON.stringify(name)}`, `Known are: ${known}.`);
}

function parse(format: DumpFormat, dump: Dump): DumpedRequest[] {
  try {
    return format.parse(dump);
  } catch (error) {
    if (!(error instanceof TelepathError)) throw error;
    throw new TelepathError(error.code, `${format.name} dump: ${error.message}`, error.hint ?? separately);
  }
}

function withoutByteOrderMark(bytes: Buffer): Buffer {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return Buffer.from(new TextDecoder("utf-16le").decode(bytes));
  if (bytes[0] === 0xfe && bytes[1] === 0xff) {
    const even = bytes.subarray(0, bytes.length - (bytes.length % 2));
    return Buffer.from(new TextDecoder("utf-16le").decode(Buffer.from(even).swap16()));
  }
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}

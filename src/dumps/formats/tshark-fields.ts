import type { DumpedRequest } from "../../model/dump.ts";
import { TelepathError } from "../../model/errors.ts";
import type { DumpFormat } from "../format.ts";
import { readHeaderLines } from "../http/head.ts";
import { announcedBytes, settleBody, withBody, type Reading } from "../readings.ts";
import { stringReadings } from "../values/bodies.ts";
import { headerBytes } from "../values/headers.ts";
import { originForm } from "../http/target.ts";

const METHOD_FIRST = /^(?:GET|POST|PUT|PATCH|DELETE)\t[^\t\n]*\t/;
const NAMES_FIRST = /^(?:[a-z_]+(?:\.[a-z_0-9]+)+\t){1,50}[a-z_]+(?:\.[a-z_0-9]+)+\r?$/;
const METHOD = "http.request.method";
const URI = "http.request.uri";
const FULL_URI = "http.request.full_uri";
const LINES = "http.request.line";
const DATA = "http.file_data";
const NO_HEADERS =
  "The headers are not in it, so there is no signature: use tshark -T json, or give the capture itself.";

/**
 * `tshark -T fields`: a line for each packet. Its columns have names with `-E header=y` only; without them it is read as
 * method, URI and body. Line ends are written `\n`, but so can be what was a backslash and an n.
 */
export const tsharkFields: DumpFormat = {
  name: "tshark-fields",
  description: "tshark -T fields, best with -E header=y -e http.request.method -e http.request.line -e http.file_data",

  recognizes: ({ text }) => isTable(text),

  parse({ text }) {
    if (!isTable(text)) throw new TelepathError("BROKEN_DUMP", "line 1: expected columns with tabs between them");
    const lines = text.split("\n");
    const [first = ""] = lines;
    const isNamed = NAMES_FIRST.test(first);
    const columns = columnsOf(isNamed ? cellsOf(first) : [METHOD, URI, DATA]);
    const requests: DumpedRequest[] = [];
    for (let index = isNamed ? 1 : 0; index < lines.length; index += 1) {
      const cells = cellsOf(lines[index]!);
      if (cells.length > 1 || cells[0] !== "") requests.push(requestOf(cells, columns));
    }
    if (requests.length === 0) throw new TelepathError("BROKEN_DUMP", "there is no packet in it");
    return requests;
  },
};

function isTable(text: string): boolean {
  const [first = ""] = text.split("\n", 1);
  return METHOD_FIRST.test(first) || (NAMES_FIRST.test(first) && first.includes("http."));
}

function cellsOf(line: string): string[] {
  return (line.endsWith("\r") ? line.slice(0, -1) : line).split("\t");
}

/** Where in a row each column stands; -1 where it has none. */
interface Columns {
  method: number;
  uri: number;
  fullUri: number;
  lines: number;
  data: number;
}

function columnsOf(names: readonly string[]): Columns {
  return {
    method: names.indexOf(METHOD),
    uri: names.indexOf(URI),
    fullUri: names.indexOf(FULL_URI),
    lines: names.indexOf(LINES),
    data: names.indexOf(DATA),
  };
}

function requestOf(cells: readonly string[], columns: Columns): DumpedRequest {
  const headers = headersIn(cells[columns.lines] ?? "");
  const method = cells[columns.method] || null;
  const uri = cells[columns.uri] || cells[columns.fullUri];
  const settled = settleBody(bodyIn(cells[columns.data] ?? ""), announcedBytes(headers));
  const notes = headers.length === 0 ? [...settled.notes, NO_HEADERS] : settled.notes;
  return withBody(method, uri ? originForm(uri) : null, headers, { ...settled, notes });
}

/** `Host: a\r\n,Accept: b\r\n`: tshark's way with a field that is there several times. */
function headersIn(lines: string): DumpedRequest["headers"] {
  if (lines === "") return [];
  const text = lines.replaceAll(/\\r\\n(?:,|$)/g, "\n");
  const wellFormed = text.split("\n").filter((line) => /^[^\s:]+:/.test(line));
  return readHeaderLines(Buffer.from(headerBytes(wellFormed.join("\n")), "latin1"), 0).headers;
}

function bodyIn(cell: string): Reading[] {
  const asItStands: Reading = { held: "text", bytes: Buffer.from(cell) };
  if (!cell.includes("\\")) return /^(?:[0-9a-f]{2})+$/.test(cell) ? stringReadings(cell, "text") : [asItStands];
  const undone = cell.replace(/\\([rnt])/g, (_all, letter: string) =>
    letter === "r" ? "\r" : letter === "n" ? "\n" : "\t",
  );
  const end = cell.replace(/(?:\\r)?\\n$/, (all) => (all.startsWith("\\r") ? "\r\n" : "\n"));
  const others = [...new Set([end, undone])].map((text): Reading => ({ held: "text", bytes: Buffer.from(text) }));
  return [asItStands, ...others];
}

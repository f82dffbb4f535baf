import type { DumpedRequest } from "../../model/dump.ts";
import { TelepathError } from "../../model/errors.ts";
import type { DumpFormat } from "../format.ts";
import { readHeaderLines } from "../http/head.ts";
import { announcedBytes, settleBody, type Reading } from "../readings.ts";
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
    const lines = text.split("\n").map((line) => line.replace(/\r$/, ""));
    const isNamed = NAMES_FIRST.test(lines[0] ?? "");
    const names = isNamed ? (lines[0] ?? "").split("\t") : [METHOD, URI, DATA];
    const rows = lines.slice(isNamed ? 1 : 0).filter((line) => line !== "");
    if (rows.length === 0) throw new TelepathError("BROKEN_DUMP", "there is no packet in it");
    return rows.map((row) => requestOf(row.split("\t"), names));
  },
};

function isTable(text: string): boolean {
  const [first = ""] = text.split("\n", 1);
  return METHOD_FIRST.test(first) || (NAMES_FIRST.test(first) && first.includes("http."));
}

function requestOf(cells: string[], names: string[]): DumpedRequest {
  const cell = (name: string): string => cells[names.indexOf(name)] ?? "";
  const headers = headersIn(cell(LINES));
  const uri = cell(URI) || cell(FULL_URI);
  const settled = settleBody(bodyIn(cell(DATA)), announcedBytes(headers));
  const notes = [...settled.notes];
  if (headers.length === 0) {
    notes.push("The headers are not in it, so there is no signature: use tshark -T json, or give the capture itself.");
  }
  return { method: cell(METHOD) || null, target: uri === "" ? null : originForm(uri), headers, ...settled, notes };
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

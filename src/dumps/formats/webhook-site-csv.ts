import type { DumpedRequest } from "../../model/dump.ts";
import { TelepathError } from "../../model/errors.ts";
import type { DumpFormat } from "../format.ts";
import { originForm } from "../http/target.ts";
import { tryParseJson } from "../json.ts";
import { absentBody, announcedBytes, settleBody } from "../readings.ts";
import { advised } from "../values/advice.ts";
import { stringReadings } from "../values/bodies.ts";
import { parseCsv } from "../values/csv.ts";
import { headersIn } from "../values/headers.ts";
import { webhookSiteAdvice } from "./webhook-site.ts";

const LONGEST_HEADER = 4096;

/** webhook.site's CSV: columns by name, the headers as JSON in a cell. A spreadsheet that saved it anew may have changed it. */
export const webhookSiteCsv: DumpFormat = {
  name: "webhook.site-csv",
  description: "webhook.site's CSV export",

  recognizes({ text }) {
    const columns = columnsOf(text);
    return columns.includes("content") && columns.includes("headers") && columns.includes("uuid");
  },

  parse({ text }) {
    const [columns = [], ...all] = parseCsv(text, separatorOf(text));
    const names = columns.map((name) => name.trim().toLowerCase());
    if (!names.includes("content")) throw new TelepathError("BROKEN_DUMP", "its first row names no column content");
    // A row that ends before its headers is no request.
    const rows = all.filter((row) => row.length > names.indexOf("headers"));
    if (rows.length === 0) throw new TelepathError("BROKEN_DUMP", "there is no row below its column names");
    return rows.map((row, index) => requestOf((name) => row[names.indexOf(name)], index));
  },
};

function requestOf(cell: (name: string) => string | undefined, index: number): DumpedRequest {
  const json = cell("headers");
  const headers = headersIn(tryParseJson(json === undefined || json === "" ? "{}" : json));
  if (headers === undefined) throw new TelepathError("BROKEN_DUMP", `row ${index + 2}: its headers are not JSON`);
  const content = cell("content");
  const size = cell("size") ?? "";
  const declared = announcedBytes(headers) ?? (/^\d{1,15}$/.test(size) ? Number(size) : null);
  const url = cell("url");
  const settled = content === undefined ? absentBody(declared) : settleBody(stringReadings(content, "text"), declared);
  const target = url === undefined || url === "" ? null : originForm(url);
  return advised({ method: cell("method") || null, target, headers, ...settled }, webhookSiteAdvice);
}

function columnsOf(text: string): string[] {
  const [row = []] = parseCsv(firstLine(text), separatorOf(text));
  return row.map((name) => name.trim().toLowerCase());
}

/** Spreadsheets of half the world separate with semicolons. */
function separatorOf(text: string): string {
  const line = firstLine(text);
  return [";", "\t"].find((separator) => line.includes(separator) && !line.includes(",")) ?? ",";
}

function firstLine(text: string): string {
  return text.slice(0, LONGEST_HEADER).split("\n", 1)[0] ?? "";
}

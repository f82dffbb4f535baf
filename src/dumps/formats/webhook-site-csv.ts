import type { DumpedRequest } from "../../model/dump.ts";
import { TelepathError } from "../../model/errors.ts";
import type { DumpFormat } from "../format.ts";
import { originForm } from "../http/target.ts";
import { tryParseJson } from "../json.ts";
import { absentBody, announcedBytes, settleBody } from "../readings.ts";
import { advised } from "../values/advice.ts";
import { stringReadings } from "../values/bodies.ts";
import { csvRows } from "../values/csv.ts";
import { headersIn } from "../values/headers.ts";
import { webhookSiteAdvice } from "./webhook-site.ts";

const LONGEST_HEADER = 4096;

/** webhook.site's CSV: columns by name, the headers as JSON in a cell. A spreadsheet that saved it anew may have changed it. */
export const webhookSiteCsv: DumpFormat = {
  name: "webhook.site-csv",
  description: "webhook.site's CSV export",

  recognizes({ text }) {
    const columns = columnsIn(csvRows(firstLine(text), separatorOf(text)));
    return columns.has("content") && columns.has("headers") && columns.has("uuid");
  },

  parse({ text }) {
    const rows = csvRows(text, separatorOf(text));
    const columns = columnsIn(rows);
    if (!columns.has("content")) throw new TelepathError("BROKEN_DUMP", "its first row names no column content");
    const headersAt = columns.get("headers") ?? -1;
    const requests: DumpedRequest[] = [];
    for (const row of rows) {
      // A row that ends before its headers is no request.
      if (row.length > headersAt) requests.push(requestOf((name) => row[columns.get(name) ?? -1], requests.length));
    }
    if (requests.length === 0) throw new TelepathError("BROKEN_DUMP", "there is no row below its column names");
    return requests;
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

/** Where the columns stand by the names in the first row; of several with one name the first counts. */
function columnsIn(rows: Iterator<string[], void>): ReadonlyMap<string, number> {
  const columns = new Map<string, number>();
  for (const [column, cell] of (rows.next().value ?? []).entries()) {
    const name = cell.trim().toLowerCase();
    if (!columns.has(name)) columns.set(name, column);
  }
  return columns;
}

/** Spreadsheets of half the world separate with semicolons. */
function separatorOf(text: string): string {
  const line = firstLine(text);
  return [";", "\t"].find((separator) => line.includes(separator) && !line.includes(",")) ?? ",";
}

function firstLine(text: string): string {
  return text.slice(0, LONGEST_HEADER).split("\n", 1)[0] ?? "";
}

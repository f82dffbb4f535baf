import { headerValues, type HttpResponse } from "../../model/http.ts";
import { fitted, safeText } from "./text.ts";

const mostBytes = 4096;
const widest = 100;

/** The first lines of an answer that say something, fit for a terminal; of a page of HTML, those of its text. */
export function answerLines(response: HttpResponse | null | undefined, most: number): string[] {
  if (!response || headerValues(response.headers, "content-encoding").length > 0) return [];
  const text = Buffer.from(response.body.subarray(0, mostBytes)).toString("utf8");
  const isPage = /html/i.test(headerValues(response.headers, "content-type").join());
  return (isPage ? pageText(text) : text)
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .slice(0, most)
    .map((line) => fitted(safeText(line), widest).trimEnd());
}

/** What error pages of web frameworks say: enough for a line or two, and nobody renders it. */
function pageText(html: string): string {
  return html
    .replace(/<(head|style|script|svg)\b[\s\S]*?(<\/\1>|$)/gi, "\n")
    .replace(/<(br|p|div|h\d|li|tr|pre|title)\b[^>]*>/gi, "\n")
    .replace(/<[^>]*>/g, "")
    .replaceAll("&nbsp;", " ")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&");
}

import { headerValues, type HttpResponse } from "./http.ts";

const mostBytes = 4096;

/**
 * The lines of an answer that say something; of a page of HTML, those of its text, and none of what is compressed. They
 * are as they came: escape them before they are shown.
 */
export function answerText({ headers, body }: HttpResponse): string[] {
  if (headerValues(headers, "content-encoding").length > 0) return [];
  const text = Buffer.from(body.subarray(0, mostBytes)).toString("utf8");
  const isPage = /html/i.test(headerValues(headers, "content-type").join());
  return (isPage ? pageText(text) : text)
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
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

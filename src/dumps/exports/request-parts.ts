import { headerValue, type HeaderList } from "../../model/http.ts";
import type { ExportedRequest } from "./export.ts";

/** A header's value on one line: what would start another line or end a string is a space (RFC 9110 §5.5). */
function oneLine(text: string): string {
  return text.replace(/[\r\n\0]/g, " ");
}

/** Headers whose names are tokens and whose values cannot break out of their line (RFC 9110 §5.1, §5.5). */
export function safeHeaders(headers: HeaderList): HeaderList {
  return headers.map(
    ([name, value]) => [name.replace(/[^!#$%&'*+.^_`|~0-9A-Za-z-]/g, "") || "X", oneLine(value)] as const,
  );
}

/** The target without characters that would end it. */
export function safeTarget(target: string): string {
  return target.replace(/[\0- \x7f]/g, (character) => `%${character.charCodeAt(0).toString(16).padStart(2, "0")}`);
}

/** A method as a token; what is none becomes POST. */
export function safeMethod(method: string): string {
  return /^[A-Z][A-Z-]{0,31}$/.test(method) ? method : "POST";
}

/** Where the request went, as an absolute URL. */
export function urlOf({ url, target, headers }: ExportedRequest): string {
  if (url !== undefined && /^https?:\/\//i.test(url)) return safeTarget(url);
  const host = safeTarget(headerValue(headers, "host") ?? "localhost").replace(/[/?#\\]/g, "");
  return `http://${host}${safeTarget(target).replace(/^(?!\/)/, "/")}`;
}

/**
 * Characters that a terminal obeys or hides, C0 apart: DEL, C1 (ECMA-48), and marks that turn text around or cannot be
 * seen (UAX #9, UTS #39). As UTF-16 units, so that each can be escaped.
 */
export const unprintable =
  /[\x7f-\x9f\xad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb]|\udb40(?=[\udc00-\udc7f])|(?<=\udb40)[\udc00-\udc7f]/g;

/** JSON in which nothing acts on a terminal: JSON.stringify leaves C1 controls and marks that turn text around. */
export function printableJson(text: string): string {
  return text.replace(unprintable, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

import { carriageReturn, lineFeed, quote } from "../../model/ascii.ts";

/**
 * The rows of comma-separated values (RFC 4180): cells may be quoted, and then hold line ends and doubled quotes. Rows
 * end in LF or CRLF. What follows a closing quote within its cell is kept.
 */
export function* csvRows(text: string, separator: string): Generator<string[], void> {
  const separatorCode = separator.charCodeAt(0);
  let row: string[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const start = text.charCodeAt(at) === quote ? closingQuote(text, at + 1) : at;
    const end = nextBreak(text, start, separatorCode);
    row.push(start === at ? shown(text, at, end) : quoted(text, at + 1, start) + shown(text, start + 1, end));
    at = end;
    const isSeparated = text.charCodeAt(at) === separatorCode;
    if (isSeparated && at + 1 < text.length) continue;
    if (isSeparated) row.push("");
    if (row.length > 1 || row[0] !== "") yield row;
    row = [];
  }
}

/** A cell, or what is left of one behind its quotes, without the CR of a line end. */
function shown(text: string, start: number, end: number): string {
  return text.slice(start, end > start && text.charCodeAt(end - 1) === carriageReturn ? end - 1 : end);
}

function quoted(text: string, start: number, end: number): string {
  return text.slice(start, end).replaceAll('""', '"');
}

function closingQuote(text: string, from: number): number {
  let at = from;
  for (;;) {
    const found = text.indexOf('"', at);
    if (found === -1) return text.length;
    if (text.charCodeAt(found + 1) !== quote) return found;
    at = found + 2;
  }
}

function nextBreak(text: string, from: number, separator: number): number {
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === separator || code === lineFeed) return at;
  }
  return text.length;
}

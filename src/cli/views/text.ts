import { stripVTControlCharacters } from "node:util";
import stringWidth from "fast-string-width";
import { wrapAnsi } from "fast-wrap-ansi";

/**
 * What came from outside, fit for a terminal: one line in which every control character, every mark that reorders or
 * hides text, and every lone surrogate is shown instead of obeyed.
 *
 * C0, DEL and C1 (ECMA-48) appear as `\x1b`, `\n`, `\t`; bidirectional and invisible marks (UAX #9) as `<U+202E>`.
 */
export function safeText(text: string): string {
  // Most texts are this, and told in a third of the time.
  return printable.test(text) ? text : text.replace(unsafe, show);
}

const printable = /^[\x20-\x7e]*$/;

/** The same for text of several lines: line feeds and tabs stay. */
export function safeLines(text: string): string {
  return text.replace(unsafe, (character) => (character === "\n" || character === "\t" ? character : show(character)));
}

const unsafe =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e007f}]|[\ud800-\udfff]/gu;

function show(character: string): string {
  if (character === "\n") return "\\n";
  if (character === "\r") return "\\r";
  if (character === "\t") return "\\t";
  const code = character.codePointAt(0)!;
  if (code < 0xa0) return `\\x${code.toString(16).padStart(2, "0")}`;
  return `<U+${code.toString(16).toUpperCase().padStart(4, "0")}>`;
}

/** A header value as text: its characters are bytes, most often UTF-8. */
export function headerText(value: string): string {
  const bytes = Buffer.from(value, "latin1");
  const text = bytes.toString("utf8");
  return safeText(text.includes("\ufffd") ? value : text);
}

/** The text in exactly this many columns of a terminal: filled up with spaces, or cut with an ellipsis. */
export function fitted(text: string, columns: number): string {
  const width = stringWidth(text);
  if (width <= columns) return text + " ".repeat(columns - width);
  let cut = "";
  let taken = 0;
  graphemes ??= new Intl.Segmenter();
  for (const { segment } of graphemes.segment(text)) {
    taken += stringWidth(segment);
    if (taken >= columns) break;
    cut += segment;
  }
  return fitted(`${cut}…`, columns);
}

/** Coloured text in at most so many columns, cut where it is longer. */
export function clipped(text: string, columns: number): string {
  if (stringWidth(text) <= columns) return text;
  return wrapAnsi(text, columns, { hard: true, trim: false, wordWrap: false }).split("\n", 1)[0]!;
}

/** Stands before each line that is repeated from elsewhere. */
export const quoteBar = "│ ";

/**
 * Text under a line it belongs to: indented, and broken between words where the terminal ends. What is behind a bar
 * goes on behind one.
 */
export function indented(text: string, indent: number, columns: number | undefined): string {
  const margin = " ".repeat(indent);
  const room = Math.max((columns ?? Number.POSITIVE_INFINITY) - indent, 20);
  const wrapped = (line: string): string =>
    line.startsWith(quoteBar)
      ? wrapAnsi(line.slice(quoteBar.length), room - quoteBar.length).replaceAll(/^/gm, quoteBar)
      : wrapAnsi(line, room);
  const lines = columns === undefined ? text : text.split("\n").map(wrapped).join("\n");
  return lines.replaceAll(/^/gm, margin);
}

/**
 * A coloured line in rows of at most so many columns, broken between words where that is possible. The second row and
 * those after it stand under what the line says behind its name: `name   text`, `name: text`.
 */
export function hanging(line: string, columns: number): string[] {
  const [first = "", ...others] = wrapAnsi(line, columns, { hard: true, trim: false }).split("\n");
  if (others.length === 0) return [first];
  const margin = " ".repeat(hangOf(stripVTControlCharacters(line), columns));
  const rows = wrapAnsi(withoutIndent(others.join("")), columns - margin.length, { hard: true, trim: false }).split(
    "\n",
  );
  return [first, ...rows.map((row) => margin + withoutIndent(row))];
}

/** Spaces at which a line was broken, its colours kept. */
function withoutIndent(row: string): string {
  return row.replace(/^((?:\u001b\[\d+m)*) +/, "$1");
}

function hangOf(line: string, columns: number): number {
  const [name = ""] = /^ *\S+(?: \S+)? {2,}/.exec(line) ?? [];
  if (name !== "" && stringWidth(name) <= columns / 2) return stringWidth(name);
  const [, margin = "", label] = /^( *)(\S+: )?/.exec(line) ?? [];
  return Math.min(margin.length + (label === undefined ? 0 : 2), Math.floor(columns / 2));
}

/** Made when it is first needed: that takes 20 ms. */
let graphemes: Intl.Segmenter | undefined;

/**
 * A count for people, or a rate with a decimal: `12,345`, `1,234.5`. `toLocaleString` says the same, but the first call
 * takes as long as Node itself takes to start.
 */
export function countText(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+(?:\.|$))/g, ",");
}

/** "1 delivery", "3 deliveries". */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${countText(count)} ${count === 1 ? one : many}`;
}

/** A duration for people: `0.4 ms`, `12 ms`, `1.25 s`. */
export function durationText(milliseconds: number): string {
  if (milliseconds < 9.95) return `${milliseconds.toFixed(1)} ms`;
  if (milliseconds < 999.5) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 59_995) return `${(milliseconds / 1000).toFixed(2)} s`;
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)} m ${seconds % 60} s`;
}

/** A size for people: `412 B`, `64 KB`, `10 MB`; powers of 1024, as the options take them. */
export function sizeText(bytes: number): string {
  const units = ["B", "KB", "MB", "GB"];
  const power = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), units.length - 1);
  const value = bytes / 1024 ** power;
  if (Number.isInteger(value)) return `${value} ${units[power]}`;
  // What toFixed says, in a third of the time.
  const tenths = Math.round(value * 10);
  return `${Math.trunc(tenths / 10)}.${tenths % 10} ${units[power]}`;
}

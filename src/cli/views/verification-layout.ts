import fastStringWidth from "fast-string-width";
import type { Output } from "../context.ts";
import { fitted } from "./text.ts";

/** Prose in longer lines is hard to read, however wide the terminal is. */
const widestProse = 110;
const labelColumns = 9;
const margin = 4;

/** How wide the view may be: the terminal's columns, and no limit where a file or a pipe takes the text. */
export function columnsOf({ isTTY, columns }: Output): number {
  return isTTY === true ? Math.max(columns ?? 80, 40) : Number.POSITIVE_INFINITY;
}

/** The columns that are left for the text of a row. */
export function rowColumns(columns: number): number {
  return columns - margin - labelColumns - 1;
}

/** A labelled row under a line. Its text is wrapped between words and hangs under its beginning. */
export function row(label: string, text: string, columns: number): string {
  const hanging = " ".repeat(margin + labelColumns + 1);
  const lines = wrapped(text, Math.min(rowColumns(columns), widestProse));
  // What needs no wrapping stays one line: a pipe or a test looks for it.
  const prose = columns === Number.POSITIVE_INFINITY ? [text] : lines;
  return `${" ".repeat(margin)}${label}${" ".repeat(Math.max(labelColumns - fastStringWidth(label), 0))} ${prose.join(`\n${hanging}`)}\n`;
}

/** Text in lines of so many columns, broken between words; a wider word is left whole, so that it can be copied. */
export function wrapped(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && fastStringWidth(longer) > columns) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}

/** The same, with words broken that are wider. */
export function wrappedThrough(text: string, columns: number): string[] {
  const words = text.split(" ").flatMap((word) => pieces(word, columns));
  return wrapped(words.join(" "), columns);
}

function pieces(word: string, columns: number): string[] {
  if (fastStringWidth(word) <= columns) return [word];
  const found = [""];
  for (const character of word) {
    if (fastStringWidth(found.at(-1)! + character) > columns) found.push("");
    found[found.length - 1] += character;
  }
  return found;
}

/** The end of a text in so many columns: of a path that is the file's name. */
export function fittedEnd(text: string, columns: number): string {
  if (fastStringWidth(text) <= columns) return text;
  let end = "";
  for (const character of Array.from(text).toReversed()) {
    if (fastStringWidth(character + end) > columns - 1) break;
    end = character + end;
  }
  return `…${end}`;
}

/** The beginning of a text in so many columns, without padding. */
export function fittedStart(text: string, columns: number): string {
  return fastStringWidth(text) <= columns ? text : fitted(text, columns).trimEnd();
}

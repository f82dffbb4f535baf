import { undoAnsiC, undoPrintf, type EscapeStyle } from "./escapes.ts";

/** How what a producer of bash commands wrote is meant. */
export interface BashReading {
  escapes: EscapeStyle;
  /** `$(…)` drops line ends at its end; a tool that forgot that meant them. */
  keepsFinalNewlines: boolean;
  /** mitmproxy escapes control characters for `printf` and nothing else: `%` and `\n` in a body are meant as they stand. */
  printsLiterally?: boolean;
}

/** As bash itself reads it. */
export const asBash: BashReading = { escapes: "bytes", keepsFinalNewlines: false };

/** A word of a script, or its parts where readings make different texts of it. Byte strings. */
export type Word = string | readonly Part[];

/** Plain text, what stands in `$'…'`, or the format of a `$(printf …)`. */
export type Part = string | { ansiC: string } | { printf: string };

/** The text of a word. */
export function spell(word: Word, reading: BashReading): string {
  if (typeof word === "string") return word;
  let text = "";
  for (const part of word) {
    if (typeof part === "string") text += part;
    else text += "ansiC" in part ? undoAnsiC(part.ansiC, reading.escapes) : printed(part.printf, reading);
  }
  return text;
}

function printed(format: string, { printsLiterally, keepsFinalNewlines }: BashReading): string {
  const output = printsLiterally ? format : undoPrintf(format);
  return keepsFinalNewlines ? output : withoutFinalNewlines(output);
}

function withoutFinalNewlines(text: string): string {
  let end = text.length;
  while (text.charAt(end - 1) === "\n") end -= 1;
  return text.slice(0, end);
}

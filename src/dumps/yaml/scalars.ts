import { TelepathError } from "../../model/errors.ts";
import { pastWhite, withoutWhiteEnd } from "../white.ts";

/** A scalar in quotes, and where it ends: the number of its last line and the column after its closing quote. */
export interface Quoted {
  text: string;
  line: number;
  column: number;
}

const DOUBLE = /[^"\\]*(?:\\(?:[^]|$)[^"\\]*)*/y;
const SINGLE = /[^']*(?:''[^']*)*/y;
const DOUBLE_ESCAPE = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([^]))/g;
const ESCAPES = new Map(
  Object.entries({
    "0": "\0",
    a: "\x07",
    b: "\b",
    t: "\t",
    "\t": "\t",
    n: "\n",
    v: "\v",
    f: "\f",
    r: "\r",
    e: "\x1b",
    " ": " ",
    '"': '"',
    "/": "/",
    "\\": "\\",
    N: "\x85",
    _: "\xa0",
    L: "\u2028",
    P: "\u2029",
  }),
);

/**
 * Reads a scalar in quotes from its opening quote on. Its lines are folded (YAML 1.2 §7.3): a line end is a space, an
 * empty line a newline, and one behind a backslash nothing.
 *
 * @returns undefined when it is not closed.
 */
export function readQuoted(lines: readonly string[], line: number, column: number): Quoted | undefined {
  const quote = lines[line]?.charAt(column) ?? "";
  const pattern = quote === '"' ? DOUBLE : SINGLE;
  const parts: string[] = [];
  for (let at = line; at < lines.length; at += 1) {
    const text = lines[at] ?? "";
    const from = at === line ? column + 1 : pastWhite(text, 0);
    pattern.lastIndex = from;
    const part = pattern.exec(text)?.[0] ?? "";
    parts.push(part);
    const end = from + part.length;
    if (text.charAt(end) === quote) return { text: folded(parts, quote), line: at, column: end + 1 };
  }
  return undefined;
}

function folded(parts: readonly string[], quote: string): string {
  if (parts.length === 1) return unquoted(parts[0]!, quote);
  let text = "";
  let empty = 0;
  let glued = true;
  for (const [index, part] of parts.entries()) {
    const isLast = index === parts.length - 1;
    const escaped = quote === '"' && !isLast && endsEscaping(part);
    const kept = escaped ? part.slice(0, -1) : isLast ? part : trimmedEnd(part, quote);
    if (kept === "" && index > 0 && !isLast && !escaped) {
      empty += 1;
      continue;
    }
    if (!glued) text += empty > 0 ? "\n".repeat(empty) : " ";
    else text += "\n".repeat(empty);
    text += unquoted(kept, quote);
    empty = 0;
    glued = escaped;
    if (index === 0 && !escaped) glued = false;
  }
  return text;
}

/** Without the white space at its end, but for one a backslash keeps. */
function trimmedEnd(part: string, quote: string): string {
  const trimmed = withoutWhiteEnd(part);
  const isEscaped = quote === '"' && trimmed.length < part.length && endsEscaping(trimmed);
  return isEscaped ? part.slice(0, trimmed.length + 1) : trimmed;
}

/** Whether an odd number of backslashes ends it. */
function endsEscaping(text: string): boolean {
  let count = 0;
  while (text.endsWith("\\", text.length - count)) count += 1;
  return count % 2 === 1;
}

function unquoted(text: string, quote: string): string {
  return quote === '"' ? undoEscapes(text) : text.replaceAll("''", "'");
}

function undoEscapes(text: string): string {
  if (!text.includes("\\")) return text;
  return text.replace(DOUBLE_ESCAPE, (all, x?: string, u?: string, U?: string, letter?: string) => {
    const code = x ?? u ?? U;
    if (code === undefined) return ESCAPES.get(letter ?? "") ?? all;
    const codePoint = Number.parseInt(code, 16);
    return codePoint > 0x10ffff ? all : String.fromCodePoint(codePoint);
  });
}

/** The lines of a plain scalar, or of a folded block without indented lines, as one text. */
export function foldPlain(lines: readonly string[]): string {
  let text = "";
  let empty = 0;
  for (const [index, line] of lines.entries()) {
    if (line === "") empty += 1;
    else {
      text += index === 0 ? line : (empty > 0 ? "\n".repeat(empty) : " ") + line;
      empty = 0;
    }
  }
  return text;
}

/** What `|`, `>`, `|-`, `>+2` and the like say of the lines that follow. */
export interface BlockHeader {
  style: "|" | ">";
  chomping: "" | "-" | "+";
  /** Columns beyond the parent's; null when the first line tells. */
  indent: number | null;
}

/** Reads a block scalar's header; undefined for what is none. */
export function blockHeader(text: string): BlockHeader | undefined {
  if (!text.startsWith("|") && !text.startsWith(">")) return undefined;
  const [, style, before, indent, after] = /^([|>])([+-]?)([1-9]?)([+-]?)[ \t]*(?:#.*)?$/.exec(text) ?? [];
  if (style !== "|" && style !== ">") return undefined;
  const chomping = before || after || "";
  if (chomping !== "" && chomping !== "-" && chomping !== "+") return undefined;
  return { style, chomping, indent: indent ? Number(indent) : null };
}

/** The text of a block scalar's lines, whose indentation is taken away. Empty lines at its end are among them. */
export function blockText({ style, chomping }: BlockHeader, lines: readonly string[]): string {
  let count = lines.length;
  while (count > 0 && lines[count - 1] === "") count -= 1;
  const content = lines.slice(0, count);
  const text = style === "|" ? content.join("\n") : foldBlock(content);
  const trailing = lines.length - count;
  if (chomping === "-") return text;
  if (chomping === "+") return text + "\n".repeat(count === 0 ? trailing : trailing + 1);
  return count === 0 ? "" : `${text}\n`;
}

/** Folds (YAML 1.2 §8.1.3): lines with more indentation, and the line ends around them, stay. */
function foldBlock(lines: readonly string[]): string {
  let text = "";
  let empty = 0;
  let previous: string | undefined;
  for (const line of lines) {
    if (line === "") {
      empty += 1;
      continue;
    }
    const keeps = /^[ \t]/.test(line) || (previous !== undefined && /^[ \t]/.test(previous));
    if (previous === undefined) text += "\n".repeat(empty);
    else if (keeps) text += "\n".repeat(empty + 1);
    else text += empty > 0 ? "\n".repeat(empty) : " ";
    text += line;
    empty = 0;
    previous = line;
  }
  return text;
}

/** An error at a line, counted from 0. */
export function brokenYaml(line: number, what: string): TelepathError {
  return new TelepathError("BROKEN_DUMP", `line ${line + 1}: ${what}`);
}

/** How a Windows command line is read where its producers and Windows differ, or the dump cannot tell. */
export interface CmdReading {
  /** The line end that `^` and an empty line stand for: producers write CRLF and LF alike. */
  newline: "\n" | "\r\n" | "";
  /** DevTools doubles every backslash; Windows halves them only before a double quote. */
  backslashes: "doubled" | "as Windows";
}

/** Stand for characters that quoting made plain; bytes are below U+0100, so nothing in a dump can be taken for them. */
const NEWLINE = "\ue000";
const SEPARATOR = "\ue001";

/**
 * The lines of what DevTools copies as "cURL (cmd)", as cmd.exe hands them on: byte strings, one character for each
 * byte. Both its styles: `^"…^\^"…^"` since 2022, `"…""…"%"…"` before.
 */
export function cmdLines(script: string): string[] {
  return undoCarets(script).split(SEPARATOR);
}

/** The words of each line that has any. */
export function readCmd(lines: readonly string[], reading: CmdReading): string[][] {
  const commands: string[][] = [];
  for (const line of lines) {
    const words = splitArguments(line, reading).map((word) => word.replaceAll(NEWLINE, reading.newline));
    if (words.length > 0) commands.push(words);
  }
  return commands;
}

const CARET = /\^(?:\r?\n(\r?\n)?|([^])|$)/y;
const PLAIN = /[^"^&|\r\n]+/y;

/** The part cmd.exe does: outside double quotes `^` makes the next character plain. */
function undoCarets(script: string): string {
  let result = "";
  let quoted = false;
  let at = 0;
  while (at < script.length) {
    const character = script.charAt(at);
    if (character === '"') {
      quoted = !quoted;
      result += character;
      at += 1;
      continue;
    }
    CARET.lastIndex = at;
    PLAIN.lastIndex = at;
    const caret = character === "^" && !quoted ? CARET.exec(script) : null;
    const piece = caret?.[0] ?? PLAIN.exec(script)?.[0] ?? character;
    at += piece.length;
    if (caret) result += caret[2] ?? continuation(script, at, caret);
    else if (quoted) result += piece === "\n" ? NEWLINE : piece === "\r" ? "" : piece;
    else result += /^[&|\r\n]$/.test(piece) ? SEPARATOR : piece;
  }
  return result;
}

/** `^` and a line end vanish; a second line end is plain, and old DevTools meant one by `"^⏎"`. */
function continuation(script: string, end: number, caret: RegExpExecArray): string {
  const oldStyle = script.charAt(caret.index - 1) === '"' && script.charAt(end) === '"';
  return caret[1] !== undefined || oldStyle ? NEWLINE : "";
}

const SPACE = /[ \t]+/y;
const TEXT = /[^"\\ \t]+/y;
const TEXT_IN_QUOTES = /[^"\\]+/y;
const BACKSLASHES = /\\+/y;

/** The part the program does: quotes and backslashes. */
function splitArguments(line: string, { backslashes }: CmdReading): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quoted = false;
  let at = 0;
  const exec = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(line)?.[0];
    at += found?.length ?? 0;
    return found;
  };
  while (at < line.length) {
    if (!quoted && exec(SPACE) !== undefined) {
      if (word !== undefined) words.push(word);
      word = undefined;
      continue;
    }
    const run = exec(BACKSLASHES);
    const text = run ?? exec(quoted ? TEXT_IN_QUOTES : TEXT);
    word ??= "";
    if (run !== undefined) {
      const protects = line.charAt(at) === '"' && run.length % 2 === 1;
      const halved = backslashes === "doubled" || line.charAt(at) === '"';
      word += "\\".repeat(halved ? Math.floor(run.length / 2) + (run.length % 2 && !protects ? 1 : 0) : run.length);
      if (protects) {
        word += '"';
        at += 1;
      }
    } else if (text !== undefined) {
      word += text;
    } else {
      at += 1;
      // `""` in quotes is one quote; at an old line end, `"^⏎"`, it closes and opens.
      if (quoted && line.charAt(at) === '"') {
        word += '"';
        at += 1;
      } else quoted = !quoted;
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}

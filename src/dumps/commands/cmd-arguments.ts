import { StretchCursor } from "./stretches.ts";

/** DevTools doubles every backslash; Windows halves them only before a double quote. */
export type Backslashes = "doubled" | "as Windows";

/** The words of a command line as a program of Windows splits it. */
export function cmdArguments(line: string, backslashes: Backslashes): string[] {
  return new ArgumentReader(line, backslashes).words();
}

const SPACE = /[ \t]+/y;
const TEXT = /[^"\\ \t]+/y;
const TEXT_IN_QUOTES = /[^"\\]+/y;
const BACKSLASHES = /\\+/y;

/** The part the program does: quotes and backslashes. */
class ArgumentReader extends StretchCursor {
  private readonly backslashes: Backslashes;

  constructor(line: string, backslashes: Backslashes) {
    super(line);
    this.backslashes = backslashes;
  }

  words(): string[] {
    const words: string[] = [];
    for (;;) {
      this.skip(SPACE);
      if (this.at >= this.script.length) return words;
      words.push(this.word());
    }
  }

  private word(): string {
    let quoted = false;
    this.begin();
    for (;;) {
      this.skip(quoted ? TEXT_IN_QUOTES : TEXT);
      const character = this.script.charAt(this.at);
      if (character === "\\") this.backslashRun();
      else if (character !== '"') return this.end();
      // `""` in quotes is one quote; at an old line end, `"^⏎"`, it closes and opens.
      else if (quoted && this.script.charAt(this.at + 1) === '"') {
        this.at += 1;
        this.goOn(this.at + 1);
      } else {
        quoted = !quoted;
        this.goOn(this.at + 1);
      }
    }
  }

  private backslashRun(): void {
    const start = this.at;
    this.skip(BACKSLASHES);
    const end = this.at;
    const length = end - start;
    const beforeQuote = this.script.charAt(end) === '"';
    const protects = beforeQuote && length % 2 === 1;
    const halved = beforeQuote || this.backslashes === "doubled";
    this.at = start + (protects ? (length - 1) / 2 : halved ? Math.ceil(length / 2) : length);
    this.goOn(end);
    if (protects) this.at += 1;
  }
}

import type { TelepathError } from "../../model/errors.ts";
import { PLAIN_IN_DOUBLE_QUOTES, printfAt } from "./printf.ts";
import { closingQuote } from "./script.ts";
import type { Traits } from "./shell-command.ts";
import { StretchCursor } from "./stretches.ts";
import type { Part, Word } from "./words.ts";

const PLAIN = /[^ \t\r\n'"\\$`|&;<>()]+/y;
const PROTECTED_IN_DOUBLE_QUOTES = /[$`"\\\n]/;
const EXPANDS = /[A-Za-z_0-9{(@*#?$!-]/;

/** Words by bash's quoting rules. */
export abstract class WordReader extends StretchCursor {
  protected abstract current: Traits;
  private parts: Part[] = [];

  protected word(): Word {
    this.begin();
    for (;;) {
      this.skip(PLAIN);
      switch (this.script.charAt(this.at)) {
        case "'":
          this.singleQuoted();
          break;
        case '"':
          this.doubleQuoted();
          break;
        case "\\":
          this.escaped();
          break;
        case "$":
        case "`":
          this.dollar(false);
          break;
        default:
          return this.ended();
      }
    }
  }

  private ended(): Word {
    const text = this.end();
    if (this.parts.length === 0) return text;
    const parts = text === "" ? this.parts : [...this.parts, text];
    this.parts = [];
    return parts;
  }

  private addPart(part: Part, end: number): void {
    const text = this.end();
    if (text !== "") this.parts.push(text);
    this.parts.push(part);
    this.begin(end);
  }

  private singleQuoted(): void {
    const close = this.script.indexOf("'", this.at + 1);
    if (close === -1) throw this.unclosed("'");
    this.goOn(this.at + 1);
    this.at = close;
    this.goOn(close + 1);
  }

  private doubleQuoted(): void {
    const start = this.at;
    this.goOn(start + 1);
    for (;;) {
      this.skip(PLAIN_IN_DOUBLE_QUOTES);
      switch (this.script.charAt(this.at)) {
        case '"':
          this.goOn(this.at + 1);
          return;
        case "\\":
          if (PROTECTED_IN_DOUBLE_QUOTES.test(this.script.charAt(this.at + 1))) this.escaped();
          else this.at += 1;
          break;
        case "":
          this.at = start;
          throw this.unclosed('"');
        default:
          this.dollar(true);
      }
    }
  }

  /** A backslash outside quotes or before a character it protects: it and a line end vanish together. */
  private escaped(): void {
    const next = this.script.charAt(this.at + 1);
    if (next === "\r" || next === "\n" || next === "") {
      this.goOn(this.at + (this.script.startsWith("\r\n", this.at + 1) ? 3 : 2));
    } else {
      this.goOn(this.at + 1);
      this.at += 1;
    }
  }

  /** A dollar or a backtick. */
  private dollar(quoted: boolean): void {
    const next = this.script.charAt(this.at + 1);
    const isDollar = this.script.charAt(this.at) === "$";
    const printf = isDollar ? printfAt(this.script, this.at) : undefined;
    if (printf) {
      this.current.hasPrintf = true;
      this.addPart({ printf: printf.format }, printf.end);
    } else if (isDollar && !quoted && next === "'") this.ansiC();
    else if (isDollar && !quoted && next === '"') this.goOn(this.at + 1);
    else {
      this.current.expands ||= !isDollar || EXPANDS.test(next);
      this.at += 1;
    }
  }

  private ansiC(): void {
    const start = this.at + 2;
    const close = closingQuote(this.script, start, "'");
    if (close === -1) throw this.unclosed("$'");
    this.current.hasAnsiC = true;
    this.addPart({ ansiC: this.script.slice(start, close) }, close + 1);
  }

  private unclosed(quote: string): TelepathError {
    return this.broken(`the quote ${quote} is opened and never closed`);
  }
}

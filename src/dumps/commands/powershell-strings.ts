import type { TelepathError } from "../../model/errors.ts";
import { StretchCursor } from "./stretches.ts";

/**
 * A value of PowerShell's as a command holds it. `unknown` is an expression whose value only PowerShell could tell:
 * nothing of a dump is run.
 */
export type PowerShellValue =
  | { type: "string"; value: string; utf8: boolean; expands: boolean }
  | { type: "table"; entries: { name: string; value: PowerShellValue }[] }
  | { type: "unknown"; text: string };

const VARIABLE = /\$(?:\w+:)?\w+/y;
const MEMBER = /\.\w+/y;
const CHARACTER = /\$\(\[char\](0x[0-9a-fA-F]{1,4}|\d{1,5})\)/y;
const UNICODE = /`u\{([0-9a-fA-F]{1,6})\}/y;
const NAME_START = /[A-Za-z_]/;
const PLAIN_IN_QUOTES = /[^"`$]+/y;
const ESCAPES = new Map(
  Object.entries({ "0": "\0", a: "\x07", b: "\b", e: "\x1b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v" }),
);
/** Characters that variables may put into strings, all together: each can be made of two others. */
const MAX_REPLACED = 4_194_304;

/** The variables that a script has set. */
export interface State {
  variables: Map<string, PowerShellValue>;
  replaced: number;
}

/** Strings of PowerShell: three kinds of quotes, and what stands for something else within. */
export class PowerShellStrings extends StretchCursor {
  protected readonly state: State;

  constructor(script: string, state: State = { variables: new Map(), replaced: 0 }) {
    super(script);
    this.state = state;
  }

  /** A variable, with the members that are asked of it. */
  protected variable(): string | undefined {
    const start = this.at;
    if (!this.skip(VARIABLE)) return undefined;
    while (this.skip(MEMBER));
    return this.script.slice(start, this.at);
  }

  /** `'…'`: `''` is a quote. */
  protected literal(): PowerShellValue {
    const start = this.at;
    this.begin(start + 1);
    for (;;) {
      this.at = this.script.indexOf("'", this.at);
      if (this.at === -1) throw this.unclosed("'", start);
      if (this.script.charAt(this.at + 1) !== "'") return plain(this.closed());
      this.doubled();
    }
  }

  /** `"…"`: backticks escape, `""` is a quote, `$([char]N)` a UTF-16 unit. */
  protected expandable(): PowerShellValue {
    const start = this.at;
    let expands = false;
    this.begin(start + 1);
    for (;;) {
      this.skip(PLAIN_IN_QUOTES);
      switch (this.script.charAt(this.at)) {
        case "$":
          expands = this.dollar() || expands;
          break;
        case "`":
          this.backtick();
          break;
        case "":
          throw this.unclosed('"', start);
        default:
          if (this.script.charAt(this.at + 1) !== '"') {
            return { type: "string", value: this.closed(), utf8: false, expands };
          }
          this.doubled();
      }
    }
  }

  /** Two quotes that stand for one. */
  private doubled(): void {
    this.at += 1;
    this.goOn(this.at + 1);
  }

  /** The text up to the quote that closes it. */
  private closed(): string {
    const text = this.end();
    this.at += 1;
    return text;
  }

  private unclosed(quote: string, start: number): TelepathError {
    this.at = start;
    return this.broken(`the quote ${quote} is opened and never closed`);
  }

  private backtick(): void {
    const start = this.at;
    const [, codePoint] = this.exec(UNICODE) ?? [];
    if (codePoint !== undefined) {
      this.replace(start, String.fromCodePoint(Math.min(Number.parseInt(codePoint, 16), 0x10ffff)));
      return;
    }
    const escape = ESCAPES.get(this.script.charAt(start + 1));
    if (escape === undefined) {
      this.goOn(start + 1);
      this.at += 1;
    } else this.goOn(start + 2, escape);
  }

  /** What a dollar starts; true when it is left to PowerShell. */
  private dollar(): boolean {
    const start = this.at;
    const next = this.script.charAt(start + 1);
    const [, code] = (next === "(" && this.exec(CHARACTER)) || [];
    if (code !== undefined) {
      this.replace(start, String.fromCharCode(Number(code)));
      return false;
    }
    const name = NAME_START.test(next) ? this.variable() : undefined;
    if (name === undefined) {
      this.at += 1;
      return next === "(" || next === "{";
    }
    const known = this.state.variables.get(name.toLowerCase());
    if (known?.type !== "string") return true;
    this.state.replaced += known.value.length;
    if (this.state.replaced > MAX_REPLACED) throw this.broken("its variables grow without end");
    this.replace(start, known.value);
    return known.expands;
  }

  /** `@"` and `@'` up to a line that starts with the quote and `@`: quotes within are plain. */
  protected hereString(quote: string): PowerShellValue {
    const first = this.script.indexOf("\n", this.at);
    const end = first === -1 ? -1 : this.script.indexOf(`\n${quote}@`, first);
    if (end === -1) throw this.broken(`the here-string @${quote} is opened and never closed`);
    const text = this.script.slice(first + 1, Math.max(end, first + 1)).replace(/\r$/, "");
    this.at = end + 3;
    if (quote === "'") return plain(text);
    return new PowerShellStrings(`"${text.replaceAll('"', '""')}"`, this.state).expandable();
  }
}

/** A string that holds just this. */
export function plain(value: string): PowerShellValue {
  return { type: "string", value, utf8: false, expands: false };
}

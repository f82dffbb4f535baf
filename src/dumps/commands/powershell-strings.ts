import { ScriptCursor } from "./script.ts";

/**
 * A value of PowerShell's as a command holds it. `unknown` is an expression whose value only PowerShell could tell:
 * nothing of a dump is run.
 */
export type PowerShellValue =
  | { type: "string"; value: string; utf8: boolean; expands: boolean }
  | { type: "table"; entries: { name: string; value: PowerShellValue }[] }
  | { type: "unknown"; text: string };

/** A variable, with the members that are asked of it. */
export const VARIABLE = /\$(?:\w+:)?(\w+)((?:\.\w+)*)/y;
const CHARACTER = /\$\(\[char\](0x[0-9a-fA-F]{1,4}|\d{1,5})\)/y;
const UNICODE = /`u\{([0-9a-fA-F]{1,6})\}/y;
const PLAIN_IN_QUOTES = /[^"`$]+/y;
const SINGLE = /'((?:[^']|'')*)'/y;
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
export class PowerShellStrings extends ScriptCursor {
  protected readonly state: State;

  constructor(script: string, state: State = { variables: new Map(), replaced: 0 }) {
    super(script);
    this.state = state;
  }

  protected literal(): PowerShellValue {
    const [, text] = this.exec(SINGLE) ?? [];
    if (text === undefined) throw this.broken("the quote ' is opened and never closed");
    return plain(text.replaceAll("''", "'"));
  }

  /** `"…"`: backticks escape, `""` is a quote, `$([char]N)` a UTF-16 unit. */
  protected expandable(): PowerShellValue {
    const start = this.at;
    let value = "";
    let expands = false;
    this.at += 1;
    for (;;) {
      value += this.match(PLAIN_IN_QUOTES) ?? "";
      const character = this.script.charAt(this.at);
      if (character === "") {
        this.at = start;
        throw this.broken('the quote " is opened and never closed');
      }
      if (character === '"' && this.script.charAt(this.at + 1) !== '"') break;
      if (character === '"') {
        value += '"';
        this.at += 2;
      } else {
        const piece = this.piece();
        value += piece.text;
        expands ||= piece.expands;
      }
    }
    this.at += 1;
    return { type: "string", value, utf8: false, expands };
  }

  /** What a backtick or a dollar in quotes starts. */
  private piece(): { text: string; expands: boolean } {
    const [, code] = this.exec(CHARACTER) ?? [];
    if (code !== undefined) return { text: String.fromCharCode(Number(code)), expands: false };
    const [, codePoint] = this.exec(UNICODE) ?? [];
    if (codePoint !== undefined) {
      return { text: String.fromCodePoint(Math.min(Number.parseInt(codePoint, 16), 0x10ffff)), expands: false };
    }
    const [, next = ""] = this.script.slice(this.at, this.at + 2);
    if (this.script.charAt(this.at) === "`") {
      this.at += 2;
      return { text: ESCAPES.get(next) ?? next, expands: false };
    }
    const [name] = /[A-Za-z_]/.test(next) ? (this.exec(VARIABLE) ?? []) : [];
    const known = name === undefined ? undefined : this.state.variables.get(name.toLowerCase());
    if (known?.type === "string") {
      this.state.replaced += known.value.length;
      if (this.state.replaced > MAX_REPLACED) throw this.broken("its variables grow without end");
      return { text: known.value, expands: known.expands };
    }
    if (name === undefined) this.at += 1;
    return { text: name ?? "$", expands: name !== undefined || next === "(" || next === "{" };
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

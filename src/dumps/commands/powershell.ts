import { ScriptCursor } from "./script.ts";

/**
 * A value of PowerShell's as a command holds it. `unknown` is an expression whose value only PowerShell could tell:
 * nothing of a dump is run.
 */
export type PowerShellValue =
  | { type: "string"; value: string; utf8: boolean; expands: boolean }
  | { type: "table"; entries: { name: string; value: PowerShellValue }[] }
  | { type: "unknown"; text: string };

/** One `Invoke-WebRequest` or `Invoke-RestMethod`: its parameters by lower-case name, in order. */
export type PowerShellCommand = { name: string; value: PowerShellValue }[];

const COMMAND = /(?:Invoke-(?:WebRequest|RestMethod)|iwr|irm)(?![\w-])/iy;
const VARIABLE = /\$(?:\w+:)?(\w+)((?:\.\w+)*)/y;
const PARAMETER = /-([A-Za-z]\w*):?/y;
const BARE = /[^\s;|(){}'"`,]+/y;
const SPACE = /(?:[ \t\r\n]|`\r?\n|#[^\n]*)+/y;
const BLANK = /(?:[ \t]|`\r?\n)+/y;
const SINGLE = /'((?:[^']|'')*)'/y;
const CHARACTER = /\$\(\[char\](0x[0-9a-fA-F]{1,4}|\d{1,5})\)/y;
const GET_BYTES = /\[(?:System\.)?Text\.Encoding\]::UTF8\.GetBytes\(/iy;
const UNICODE = /`u\{([0-9a-fA-F]{1,6})\}/y;
const PLAIN_IN_QUOTES = /[^"`$]+/y;
const ESCAPES = new Map(
  Object.entries({ "0": "\0", a: "\x07", b: "\b", e: "\x1b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v" }),
);
const MAX_DEPTH = 32;
/** Characters that variables may put into strings, all together: each can be made of two others. */
const MAX_REPLACED = 4_194_304;

interface State {
  variables: Map<string, PowerShellValue>;
  replaced: number;
}

/**
 * The web requests of a PowerShell script, with variables replaced where they were given a plain value before.
 *
 * @see https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_quoting_rules
 * @throws TelepathError `BROKEN_DUMP` with the line of a quote that is not closed.
 */
export function readPowerShell(script: string): PowerShellCommand[] {
  return new PowerShellReader(script).commands();
}

class PowerShellReader extends ScriptCursor {
  private readonly state: State;

  constructor(script: string, state: State = { variables: new Map(), replaced: 0 }) {
    super(script);
    this.state = state;
  }

  commands(): PowerShellCommand[] {
    const commands: PowerShellCommand[] = [];
    while (this.at < this.script.length) {
      if (this.match(SPACE) !== undefined) continue;
      if (this.startsWord() && this.match(COMMAND) !== undefined) commands.push(this.parameters());
      else if (this.script.charAt(this.at) === "$") this.assignment();
      else if (/["']/.test(this.script.charAt(this.at))) this.value(0);
      else if (this.match(BARE) === undefined) this.at += 1;
    }
    return commands;
  }

  private parameters(): PowerShellCommand {
    const parameters: PowerShellCommand = [];
    for (;;) {
      this.match(BLANK);
      const [, name] = this.exec(PARAMETER) ?? [];
      this.match(BLANK);
      const next = this.script.charAt(this.at);
      if (name === undefined && /^(?:[\r\n;|)}]?)$/.test(next)) return parameters;
      // A switch such as -UseBasicParsing has no value.
      if (
        name !== undefined &&
        (/^(?:[\r\n;|)}]?)$/.test(next) || PARAMETER_START.test(this.script.slice(this.at, this.at + 2)))
      ) {
        parameters.push({ name: name.toLowerCase(), value: { type: "unknown", text: "" } });
      } else parameters.push({ name: (name ?? "uri").toLowerCase(), value: this.value(0) });
    }
  }

  /** `$name = value`; a member, `$session.UserAgent = "…"`, is kept under its whole name. */
  private assignment(): void {
    const [name = "$"] = this.exec(VARIABLE) ?? [];
    if (name === "$") this.at += 1;
    this.match(BLANK);
    if (this.script.charAt(this.at) !== "=" || this.script.charAt(this.at + 1) === "=") return;
    this.at += 1;
    this.match(BLANK);
    // `$response = Invoke-WebRequest …`
    COMMAND.lastIndex = this.at;
    if (!COMMAND.test(this.script)) this.state.variables.set(name.toLowerCase(), this.value(0));
  }

  private value(depth: number): PowerShellValue {
    const start = this.at;
    if (depth > MAX_DEPTH) throw this.broken(`nested deeper than ${MAX_DEPTH} levels`);
    const next = this.script.slice(this.at, this.at + 2);
    if (next === "@{") return this.table(depth);
    if (next === '@"' || next === "@'") return this.hereString(next.charAt(1));
    if (next.startsWith('"')) return this.expandable();
    if (next.startsWith("'")) {
      const [, text] = this.exec(SINGLE) ?? [];
      if (text === undefined) throw this.broken("the quote ' is opened and never closed");
      return plain(text.replaceAll("''", "'"));
    }
    if (next.startsWith("(")) return this.parenthesised(depth);
    if (this.match(GET_BYTES) !== undefined) return this.bytesOf(depth);
    if (next.startsWith("$")) {
      const [name = ""] = this.exec(VARIABLE) ?? [];
      if (name === "") this.at += 1;
      return this.state.variables.get(name.toLowerCase()) ?? { type: "unknown", text: name };
    }
    const text = this.match(BARE) ?? this.script.charAt(this.at++);
    return start === this.at ? { type: "unknown", text } : plain(text);
  }

  private parenthesised(depth: number): PowerShellValue {
    this.at += 1;
    this.match(SPACE);
    const start = this.at;
    const value = this.value(depth + 1);
    this.match(SPACE);
    if (this.script.charAt(this.at) === ")") {
      this.at += 1;
      return value;
    }
    this.skipTo(")");
    return { type: "unknown", text: this.script.slice(start, this.at - 1) };
  }

  /** `[System.Text.Encoding]::UTF8.GetBytes("…")`. */
  private bytesOf(depth: number): PowerShellValue {
    const value = this.value(depth + 1);
    this.skipTo(")");
    return value.type === "string" ? { ...value, utf8: true } : value;
  }

  /** Past the bracket that closes the one that is open. */
  private skipTo(close: string): void {
    let open = 1;
    while (this.at < this.script.length && open > 0) {
      const character = this.script.charAt(this.at);
      if (/["']/.test(character)) {
        this.value(MAX_DEPTH);
        continue;
      }
      if (character === "(") open += 1;
      if (character === close) open -= 1;
      this.at += 1;
    }
  }

  private table(depth: number): PowerShellValue {
    const entries: { name: string; value: PowerShellValue }[] = [];
    this.at += 2;
    for (;;) {
      while (this.match(SPACE) !== undefined || this.match(SEMICOLON) !== undefined);
      if (this.at >= this.script.length) throw this.broken("a table @{ is opened and never closed");
      if (this.script.charAt(this.at) === "}") {
        this.at += 1;
        return { type: "table", entries };
      }
      const name = /["']/.test(this.script.charAt(this.at)) ? this.value(depth + 1) : plain(this.match(KEY) ?? "");
      this.match(BLANK);
      if (this.script.charAt(this.at) !== "=") throw this.broken('expected "name = value" in a table');
      this.at += 1;
      this.match(SPACE);
      entries.push({ name: name.type === "string" ? name.value : "", value: this.value(depth + 1) });
    }
  }

  /** `"…"`: backticks escape, `""` is a quote, `$([char]N)` a UTF-16 unit. */
  private expandable(): PowerShellValue {
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
  private hereString(quote: string): PowerShellValue {
    const first = this.script.indexOf("\n", this.at);
    const end = first === -1 ? -1 : this.script.indexOf(`\n${quote}@`, first);
    if (end === -1) throw this.broken(`the here-string @${quote} is opened and never closed`);
    const text = this.script.slice(first + 1, Math.max(end, first + 1)).replace(/\r$/, "");
    this.at = end + 3;
    if (quote === "'") return plain(text);
    return new PowerShellReader(`"${text.replaceAll('"', '""')}"`, this.state).expandable();
  }

  private startsWord(): boolean {
    return this.at === 0 || !/[\w.-]/.test(this.script.charAt(this.at - 1));
  }
}

const PARAMETER_START = /^-[A-Za-z]/;
const SEMICOLON = /;/y;
const KEY = /[A-Za-z_][\w-]*/y;

function plain(value: string): PowerShellValue {
  return { type: "string", value, utf8: false, expands: false };
}

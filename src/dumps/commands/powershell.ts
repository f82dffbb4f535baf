import { plain, PowerShellStrings, type PowerShellValue } from "./powershell-strings.ts";

/** One `Invoke-WebRequest` or `Invoke-RestMethod`: its parameters by lower-case name, the first of each, in order. */
export type PowerShellCommand = ReadonlyMap<string, PowerShellValue>;

const COMMAND = /(?:Invoke-(?:WebRequest|RestMethod)|iwr|irm)(?![\w-])/iy;
const PARAMETER = /-([A-Za-z]\w*):?/y;
const BARE = /[^\s;|(){}'"`,]+/y;
const SPACE = /[ \t\r\n]+/y;
const BLANK = /[ \t]+/y;
const COMMENT = /#[^\n]*/y;
const CONTINUED_LINE = /`\r?\n/y;
const GET_BYTES = /\[(?:System\.)?Text\.Encoding\]::UTF8\.GetBytes\(/iy;
const NOT_IN_BRACKETS = /[^"'()]+/y;
const SEMICOLONS = /;+/y;
const LETTER = /[A-Za-z]/;
const KEY = /[A-Za-z_][\w-]*/y;
const MAX_DEPTH = 32;

/**
 * The web requests of a PowerShell script, with variables replaced where they were given a plain value before.
 *
 * @see https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_quoting_rules
 * @throws TelepathError `BROKEN_DUMP` with the line of a quote that is not closed.
 */
export function readPowerShell(script: string): Generator<PowerShellCommand> {
  return new PowerShellReader(script).commands();
}

/** Reads commands, assignments and values. */
class PowerShellReader extends PowerShellStrings {
  *commands(): Generator<PowerShellCommand> {
    while (this.at < this.script.length) {
      this.space();
      switch (this.script.charAt(this.at)) {
        case "$":
          this.assignment();
          break;
        case '"':
        case "'":
          this.value(0);
          break;
        case "I":
        case "i":
          if (this.startsWord() && this.skip(COMMAND)) yield this.parameters();
          else this.skip(BARE);
          break;
        default:
          if (!this.skip(BARE)) this.at += 1;
      }
    }
  }

  private parameters(): PowerShellCommand {
    const parameters = new Map<string, PowerShellValue>();
    for (;;) {
      this.blank();
      const name = this.startsParameter() ? this.exec(PARAMETER)?.[1]?.toLowerCase() : undefined;
      if (name !== undefined) this.blank();
      const isEnd = this.endsCommand();
      if (name === undefined && isEnd) return parameters;
      // A switch such as -UseBasicParsing has no value.
      const isSwitch = name !== undefined && (isEnd || this.startsParameter());
      const value: PowerShellValue = isSwitch ? { type: "unknown", text: "" } : this.value(0);
      if (!parameters.has(name ?? "uri")) parameters.set(name ?? "uri", value);
    }
  }

  private startsParameter(): boolean {
    return this.script.charAt(this.at) === "-" && LETTER.test(this.script.charAt(this.at + 1));
  }

  private endsCommand(): boolean {
    switch (this.script.charAt(this.at)) {
      case "":
      case "\r":
      case "\n":
      case ";":
      case "|":
      case ")":
      case "}":
        return true;
      default:
        return false;
    }
  }

  /** `$name = value`; a member, `$session.UserAgent = "…"`, is kept under its whole name. */
  private assignment(): void {
    const name = this.variable() ?? this.script.charAt(this.at++);
    this.blank();
    if (this.script.charAt(this.at) !== "=" || this.script.charAt(this.at + 1) === "=") return;
    this.at += 1;
    this.blank();
    // `$response = Invoke-WebRequest …`
    COMMAND.lastIndex = this.at;
    if (!COMMAND.test(this.script)) this.state.variables.set(name.toLowerCase(), this.value(0));
  }

  private value(depth: number): PowerShellValue {
    if (depth > MAX_DEPTH) throw this.broken(`nested deeper than ${MAX_DEPTH} levels`);
    switch (this.script.charAt(this.at)) {
      case '"':
        return this.expandable();
      case "'":
        return this.literal();
      case "(":
        return this.parenthesised(depth);
      case "$":
        return this.variableValue();
      case "@":
        return this.compound(depth);
      case "[":
        return this.skip(GET_BYTES) ? this.bytesOf(depth) : this.bare();
      default:
        return this.bare();
    }
  }

  private bare(): PowerShellValue {
    return plain(this.match(BARE) ?? this.script.charAt(this.at++));
  }

  private variableValue(): PowerShellValue {
    const name = this.variable();
    if (name === undefined) this.at += 1;
    const text = name ?? "";
    return this.state.variables.get(text.toLowerCase()) ?? { type: "unknown", text };
  }

  private compound(depth: number): PowerShellValue {
    const next = this.script.charAt(this.at + 1);
    if (next === "{") return this.table(depth);
    return next === '"' || next === "'" ? this.hereString(next) : this.bare();
  }

  private parenthesised(depth: number): PowerShellValue {
    this.at += 1;
    this.space();
    const start = this.at;
    const value = this.value(depth + 1);
    this.space();
    if (this.script.charAt(this.at) === ")") {
      this.at += 1;
      return value;
    }
    this.closeBracket();
    return { type: "unknown", text: this.script.slice(start, this.at - 1) };
  }

  /** `[System.Text.Encoding]::UTF8.GetBytes("…")`. */
  private bytesOf(depth: number): PowerShellValue {
    const value = this.value(depth + 1);
    this.closeBracket();
    return value.type === "string" ? { ...value, utf8: true } : value;
  }

  /** Past the bracket that closes the one that is open. */
  private closeBracket(): void {
    let open = 1;
    while (this.at < this.script.length && open > 0) {
      this.skip(NOT_IN_BRACKETS);
      const character = this.script.charAt(this.at);
      if (character === '"' || character === "'") this.value(MAX_DEPTH);
      else {
        if (character === "(") open += 1;
        if (character === ")") open -= 1;
        this.at += 1;
      }
    }
  }

  private table(depth: number): PowerShellValue {
    const entries: { name: string; value: PowerShellValue }[] = [];
    this.at += 2;
    for (;;) {
      do this.space();
      while (this.skip(SEMICOLONS));
      if (this.at >= this.script.length) throw this.broken("a table @{ is opened and never closed");
      if (this.script.charAt(this.at) === "}") {
        this.at += 1;
        return { type: "table", entries };
      }
      const name = /["']/.test(this.script.charAt(this.at)) ? this.value(depth + 1) : plain(this.match(KEY) ?? "");
      this.blank();
      if (this.script.charAt(this.at) !== "=") throw this.broken('expected "name = value" in a table');
      this.at += 1;
      this.space();
      entries.push({ name: name.type === "string" ? name.value : "", value: this.value(depth + 1) });
    }
  }

  private startsWord(): boolean {
    return this.at === 0 || !/[\w.-]/.test(this.script.charAt(this.at - 1));
  }

  /** Past what separates words, on lines that go on. */
  private blank(): void {
    while (this.skip(BLANK) || this.skip(CONTINUED_LINE));
  }

  /** Past what separates commands. */
  private space(): void {
    while (this.skip(SPACE) || this.skip(COMMENT) || this.skip(CONTINUED_LINE));
  }
}

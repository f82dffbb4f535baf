import { plain, PowerShellStrings, VARIABLE, type PowerShellValue } from "./powershell-strings.ts";

/** One `Invoke-WebRequest` or `Invoke-RestMethod`: its parameters by lower-case name, in order. */
export type PowerShellCommand = { name: string; value: PowerShellValue }[];

const COMMAND = /(?:Invoke-(?:WebRequest|RestMethod)|iwr|irm)(?![\w-])/iy;
const PARAMETER = /-([A-Za-z]\w*):?/y;
const BARE = /[^\s;|(){}'"`,]+/y;
const SPACE = /(?:[ \t\r\n]|`\r?\n|#[^\n]*)+/y;
const BLANK = /(?:[ \t]|`\r?\n)+/y;
const GET_BYTES = /\[(?:System\.)?Text\.Encoding\]::UTF8\.GetBytes\(/iy;
const PARAMETER_START = /^-[A-Za-z]/;
const SEMICOLON = /;/y;
const KEY = /[A-Za-z_][\w-]*/y;
const MAX_DEPTH = 32;

/**
 * The web requests of a PowerShell script, with variables replaced where they were given a plain value before.
 *
 * @see https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_quoting_rules
 * @throws TelepathError `BROKEN_DUMP` with the line of a quote that is not closed.
 */
export function readPowerShell(script: string): PowerShellCommand[] {
  return new PowerShellReader(script).commands();
}

/** Reads commands, assignments and values. */
class PowerShellReader extends PowerShellStrings {
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
    if (next.startsWith("'")) return this.literal();
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

  private startsWord(): boolean {
    return this.at === 0 || !/[\w.-]/.test(this.script.charAt(this.at - 1));
  }
}

import type { TelepathError } from "../../model/errors.ts";
import { undoAnsiC, undoPrintf, type EscapeStyle } from "./escapes.ts";
import { ScriptCursor } from "./script.ts";

/** A command as its shell would start it: byte strings, one character for each byte. */
export interface ShellCommand {
  words: string[];
  /** What is written in the dump for its standard input: a here-string, a here-document, `printf '…' |`. */
  input: string | null;
  /** It holds `$NAME`, `$(…)` or backticks. They stand as they are: nothing of a dump is ever run. */
  expands: boolean;
}

export interface BashReading {
  escapes: EscapeStyle;
  /** `$(…)` drops line ends at its end; a tool that forgot that meant them. */
  keepsFinalNewlines: boolean;
  /** mitmproxy escapes control characters for `printf` and nothing else: `%` and `\n` in a body are meant as they stand. */
  printsLiterally?: boolean;
}

/**
 * Splits a script into its commands by bash's quoting rules. Written by hand because shell-quote knows no `$'…'`, in
 * which browsers write bodies, and tells neither `$NAME` in quotes from text nor bytes from characters.
 *
 * @throws TelepathError `BROKEN_DUMP` with the line where a quote is opened and never closed.
 */
export function readBash(script: string, reading: BashReading): ShellCommand[] {
  return new BashReader(script, reading).commands();
}

const PLAIN = /[^ \t\r\n'"\\$`|&;<>()#]+/y;
const PLAIN_IN_DOUBLE_QUOTES = /[^"\\$`]+/y;
const ANSI_C = /\$'((?:[^'\\]|\\[^])*)'/y;
const PRINTF = /\$\(printf ((?:'[^']*'|"(?:[^"\\$`]|\\[^])*"|[\w%+,./:=@-])+)\)/y;
const PRINTF_PIECE = /'([^']*)'|"((?:[^"\\]|\\[^])*)"/g;
const REDIRECTION = /(<<<|<<-?|[<>]&?|&>)>?[ \t]*/y;
const HERE_WORD = /['"\\]?([A-Za-z0-9_.-]+)['"]?/y;

class BashReader extends ScriptCursor {
  private readonly reading: BashReading;
  private current: ShellCommand = empty();
  private readonly done: ShellCommand[] = [];
  private readonly hereDocuments: { end: string; tabs: boolean; command: ShellCommand }[] = [];

  constructor(script: string, reading: BashReading) {
    super(script);
    this.reading = reading;
  }

  commands(): ShellCommand[] {
    while (this.at < this.script.length) this.step();
    this.finish();
    return this.done;
  }

  private step(): void {
    const character = this.script.charAt(this.at);
    if (character === "\n") this.newline();
    else if (/[ \t\r]/.test(character)) this.at += 1;
    else if (character === "#") this.at = this.endOfLine();
    else if (/[<>]/.test(character) || this.script.startsWith("&>", this.at)) this.redirection();
    else if (/[|&;()]/.test(character)) this.separator(character);
    else if (this.script.startsWith("\\\n", this.at) || this.script.startsWith("\\\r\n", this.at)) {
      this.at = this.endOfLine() + 1;
    } else this.word();
  }

  private word(): void {
    const start = this.at;
    const value = this.readWord();
    const descriptor = /[<>]/.test(this.script.charAt(this.at)) && /^\d$/.test(this.script.slice(start, this.at));
    if (!descriptor) this.current.words.push(value);
  }

  private readWord(): string {
    let value = "";
    for (;;) {
      const character = this.script.charAt(this.at);
      if (character === "" || /[ \t\r\n|&;<>()]/.test(character)) return value;
      if (character === "'") value += this.singleQuoted();
      else if (character === '"') value += this.doubleQuoted();
      else if (character === "\\") value += this.escaped();
      else if (character === "$" || character === "`") value += this.dollar(true);
      else value += this.match(PLAIN) ?? this.take(1);
    }
  }

  private singleQuoted(): string {
    const close = this.script.indexOf("'", this.at + 1);
    if (close === -1) throw this.unclosed("'");
    const value = this.script.slice(this.at + 1, close);
    this.at = close + 1;
    return value;
  }

  private doubleQuoted(): string {
    const start = this.at;
    let value = "";
    this.at += 1;
    for (;;) {
      value += this.match(PLAIN_IN_DOUBLE_QUOTES) ?? "";
      const character = this.script.charAt(this.at);
      if (character === "") {
        this.at = start;
        throw this.unclosed('"');
      }
      if (character === '"') break;
      if (character !== "\\") value += this.dollar(false);
      else if (/[$`"\\\n]/.test(this.script.charAt(this.at + 1))) value += this.escaped();
      else value += this.take(1);
    }
    this.at += 1;
    return value;
  }

  /** A backslash outside quotes or before a character it protects: it and a line end vanish together. */
  private escaped(): string {
    const length = this.script.startsWith("\\\r\n", this.at) ? 3 : 2;
    const [, character = ""] = this.take(length);
    return /[\r\n]/.test(character) ? "" : character;
  }

  private dollar(unquoted: boolean): string {
    const ansiC = unquoted ? this.exec(ANSI_C) : undefined;
    if (ansiC) return undoAnsiC(ansiC[1] ?? "", this.reading.escapes);
    const printf = this.exec(PRINTF);
    if (printf) {
      const format = (printf[1] ?? "").replace(PRINTF_PIECE, (_all, single?: string, double?: string) => {
        return single ?? (double ?? "").replace(/\\(["\\$`])/g, "$1");
      });
      const output = this.reading.printsLiterally ? format : undoPrintf(format);
      return this.reading.keepsFinalNewlines ? output : output.replace(/\n+$/, "");
    }
    if (unquoted && this.script.startsWith("$'", this.at)) throw this.unclosed("$'");
    if (unquoted && this.script.startsWith('$"', this.at)) this.at += 1;
    else {
      const next = this.script.charAt(this.at + 1);
      if (this.script.charAt(this.at) === "`" || /[A-Za-z_0-9{(@*#?$!-]/.test(next)) this.current.expands = true;
      return this.take(1);
    }
    return "";
  }

  private redirection(): void {
    const operator = this.exec(REDIRECTION)?.[1] ?? this.take(1);
    if (operator.startsWith("<<") && operator !== "<<<") {
      const end = this.exec(HERE_WORD)?.[1];
      if (end) this.hereDocuments.push({ end, tabs: operator === "<<-", command: this.current });
      return;
    }
    const target = this.readWord();
    if (operator === "<<<") this.current.input = `${target}\n`;
  }

  private separator(character: string): void {
    this.at += 1;
    const piped = character === "|" && this.script.charAt(this.at) !== "|" ? written(this.current) : null;
    this.finish();
    this.current.input = piped;
  }

  private newline(): void {
    this.at += 1;
    for (const { end, tabs, command } of this.hereDocuments.splice(0)) {
      const lines: string[] = [];
      while (this.at < this.script.length) {
        const next = this.endOfLine();
        const raw = this.script.slice(this.at, next);
        const line = tabs ? raw.replace(/^\t+/, "") : raw;
        this.at = next + 1;
        if (line.replace(/\r$/, "") === end) break;
        lines.push(`${line}\n`);
      }
      command.input = lines.join("");
    }
    if (this.current.words.length > 0) this.finish();
  }

  private finish(): void {
    if (this.current.words.length > 0) this.done.push(this.current);
    this.current = empty();
  }

  private endOfLine(): number {
    const newline = this.script.indexOf("\n", this.at);
    return newline === -1 ? this.script.length : newline;
  }

  private take(length: number): string {
    this.at += length;
    return this.script.slice(this.at - length, this.at);
  }

  private unclosed(quote: string): TelepathError {
    return this.broken(`the quote ${quote} is opened and never closed`);
  }
}

function empty(): ShellCommand {
  return { words: [], input: null, expands: false };
}

/** What `printf` or `echo` would write into a pipe; null for any other command. */
function written({ words: [name, ...rest] }: ShellCommand): string | null {
  if (name === "printf" && rest.length === 1) return undoPrintf(rest[0] ?? "");
  if (name === "printf" && rest.length === 2 && /^%[sb](?:\\n)?$/.test(rest[0] ?? "")) {
    return `${rest[1] ?? ""}${rest[0]?.endsWith("n") ? "\n" : ""}`;
  }
  if (name === "echo") return rest[0] === "-n" ? rest.slice(1).join(" ") : `${rest.join(" ")}\n`;
  return null;
}

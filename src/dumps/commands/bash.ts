import { WordReader } from "./bash-words.ts";
import { programAt } from "./program.ts";
import { spelled, type ShellCommand, type UnspelledCommand } from "./shell-command.ts";
import type { BashReading, Word } from "./words.ts";

/**
 * The commands of a script that run a program, by bash's quoting rules, one after another: each as bash reads it, with
 * those of the other readings that may make other words of it. Written by hand because shell-quote knows no `$'…'`, in
 * which browsers write bodies, and tells neither `$NAME` in quotes from text nor bytes from characters.
 *
 * @throws TelepathError `BROKEN_DUMP` with the line where a quote is opened and never closed.
 */
export function* readBash(script: string, program: RegExp, readings: readonly BashReading[]): Generator<ShellCommand> {
  for (const command of new BashReader(script, program).commands()) yield spelled(command, readings);
}

interface CurrentCommand extends UnspelledCommand {
  words: Word[];
}

interface HereDocument {
  end: string;
  /** `<<-`: tabs at the start of its lines are left out. */
  tabs: boolean;
  command: CurrentCommand;
}

const BLANKS = /[ \t\r]+/y;
const TABS = /\t+/y;
const REDIRECTION = /(<<<|<<-?|[<>]&?|&>)>?[ \t]*/y;
const HERE_WORD = /['"\\]?([A-Za-z0-9_.-]+)['"]?/y;

class BashReader extends WordReader {
  private readonly program: RegExp;
  protected current: CurrentCommand = empty();
  private done: UnspelledCommand[] = [];
  private hereDocuments: HereDocument[] = [];

  constructor(script: string, program: RegExp) {
    super(script);
    this.program = program;
  }

  *commands(): Generator<UnspelledCommand> {
    while (this.at < this.script.length) {
      this.step();
      if (this.at >= this.script.length) this.finish();
      // The lines of a here-document are still to come.
      else if (this.done.length === 0 || this.hereDocuments.length > 0) continue;
      const ready = this.done;
      this.done = [];
      yield* ready;
    }
  }

  private step(): void {
    switch (this.script.charAt(this.at)) {
      case "\n":
        return this.newline();
      case " ":
      case "\t":
      case "\r":
        this.skip(BLANKS);
        return;
      case "#":
        this.at = this.endOfLine();
        return;
      case "<":
      case ">":
        return this.redirection();
      case "|":
      case ";":
      case "(":
      case ")":
        return this.separator();
      case "&":
        return this.script.charAt(this.at + 1) === ">" ? this.redirection() : this.separator();
      case "\\":
        return this.continuesLine() ? this.continueLine() : this.addWord();
      default:
        return this.addWord();
    }
  }

  private continuesLine(): boolean {
    return this.script.startsWith("\\\n", this.at) || this.script.startsWith("\\\r\n", this.at);
  }

  private continueLine(): void {
    this.at = this.endOfLine() + 1;
  }

  private addWord(): void {
    const start = this.at;
    const word = this.word();
    const next = this.script.charAt(this.at);
    const isDescriptor = (next === "<" || next === ">") && /^\d$/.test(this.script.slice(start, this.at));
    if (!isDescriptor) this.current.words.push(word);
  }

  private redirection(): void {
    const operator = this.exec(REDIRECTION)?.[1] ?? "";
    if (operator === "<<" || operator === "<<-") {
      const end = this.exec(HERE_WORD)?.[1];
      if (end) this.hereDocuments.push({ end, tabs: operator === "<<-", command: this.current });
      return;
    }
    const target = this.word();
    if (operator === "<<<") this.current.input = { hereString: target };
  }

  private separator(): void {
    const isPipe = this.script.charAt(this.at) === "|" && this.script.charAt(this.at + 1) !== "|";
    this.at += 1;
    const { words, hasAnsiC, hasPrintf } = this.current;
    this.finish();
    if (isPipe) Object.assign(this.current, { input: { piped: words }, hasAnsiC, hasPrintf });
  }

  private newline(): void {
    this.at += 1;
    if (this.hereDocuments.length > 0) {
      for (const document of this.hereDocuments) {
        document.command.input = { hereDocument: this.hereDocument(document) };
      }
      this.hereDocuments = [];
    }
    if (this.current.words.length > 0) this.finish();
  }

  /** The lines up to the one that is its end, each with a line end. */
  private hereDocument({ end, tabs }: HereDocument): string {
    const start = this.at;
    let close = this.script.length;
    while (this.at < this.script.length && close === this.script.length) {
      const line = this.at;
      if (tabs) this.skip(TABS);
      if (this.isLine(end)) close = line;
      this.at = this.endOfLine() + 1;
    }
    const lines = this.script.slice(start, close);
    const text = tabs ? lines.replace(/(^|\n)\t+/g, "$1") : lines;
    return lines === "" || lines.endsWith("\n") ? text : `${text}\n`;
  }

  /** Whether the rest of the line is this and no more. */
  private isLine(text: string): boolean {
    if (!this.script.startsWith(text, this.at)) return false;
    const end = this.at + text.length;
    const next = this.script.charAt(this.script.charAt(end) === "\r" ? end + 1 : end);
    return next === "" || next === "\n";
  }

  private finish(): void {
    const { words } = this.current;
    const program = programAt(words, this.program);
    if (program !== -1) {
      this.current.words = words.slice(program + 1);
      this.done.push(this.current);
    }
    this.current = empty();
  }

  private endOfLine(): number {
    const newline = this.script.indexOf("\n", this.at);
    return newline === -1 ? this.script.length : newline;
  }
}

function empty(): CurrentCommand {
  return { words: [], input: null, expands: false, hasAnsiC: false, hasPrintf: false };
}

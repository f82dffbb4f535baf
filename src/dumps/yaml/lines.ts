import { pastWhite, withoutWhiteEnd } from "../white.ts";
import { brokenYaml, readQuoted, type Quoted } from "./scalars.ts";

const KEY = /[^ \t#&*!|>'"%@`{}[\],?:-][^]*?(?=:(?:[ \t]|$))|[?:-](?=[^ \t])[^]*?(?=:(?:[ \t]|$))/y;

/** A place among the lines of a YAML text. */
export class YamlLines {
  protected readonly lines: string[];
  protected at = 0;

  constructor(text: string) {
    this.lines = text.split(text.includes("\r") ? /\r?\n/ : "\n");
  }

  protected quoted(column: number): Quoted {
    const quoted = readQuoted(this.lines, this.at, column);
    if (quoted === undefined) throw this.broken(`the quote ${this.line().charAt(column)} is opened and never closed`);
    this.at = quoted.line;
    return quoted;
  }

  /** The key that starts at a column of this line, and the column after its colon. */
  protected keyAt(column: number): { name: string; end: number } | undefined {
    const line = this.line();
    const first = line.charCodeAt(column);
    if (first === 0x22 || first === 0x27) {
      const quoted = readQuoted([line], 0, column);
      const colon = quoted && /^[ \t]*:(?=[ \t]|$)/.exec(line.slice(quoted.column))?.[0];
      return quoted && colon !== undefined
        ? { name: quoted.text, end: quoted.column + (colon?.length ?? 0) }
        : undefined;
    }
    KEY.lastIndex = column;
    if (!KEY.test(line)) return undefined;
    const end = KEY.lastIndex;
    const name = line.slice(column, end);
    // A comment, or a value that only looks like a key.
    return name.includes(" #") ? undefined : { name: withoutWhiteEnd(name), end: end + 1 };
  }

  /** Nothing but a comment may follow. */
  protected endLine(column: number): void {
    if (!/^[ \t]*(?:#.*)?$/.test(this.line().slice(column))) throw this.broken("expected the end of the line");
    this.at += 1;
  }

  protected isAt(indent: number): boolean {
    if (this.at >= this.lines.length || this.isMarker()) return false;
    const own = this.indent();
    if (own > indent) throw this.broken("stands too far right");
    return own === indent;
  }

  /** `---` or `...`, between documents. */
  protected isMarker(): boolean {
    const first = this.line().charCodeAt(0);
    return (first === 0x2d || first === 0x2e) && /^(?:---|\.\.\.)(?:[ \t]|$)/.test(this.line().slice(0, 4));
  }

  protected skipEmpty(): void {
    while (this.at < this.lines.length && isEmpty(this.line())) this.at += 1;
  }

  /** Whether an item of a list starts at a column of this line. */
  protected isItem(column: number): boolean {
    const line = this.line();
    if (line.charCodeAt(column) !== 0x2d) return false;
    return column + 1 === line.length || line[column + 1] === " " || line[column + 1] === "\t";
  }

  /** The first column of this line from `column` on that is not white space. */
  protected textFrom(column: number): number {
    return pastWhite(this.line(), column);
  }

  protected indent(): number {
    const line = this.line();
    let column = 0;
    while (line.charCodeAt(column) === 0x20) column += 1;
    return column;
  }

  protected line(): string {
    return this.lines[this.at] ?? "";
  }

  protected broken(what: string): Error {
    return brokenYaml(this.at, what);
  }
}

/** Whether nothing but a comment stands on a line. Most are told from their first character. */
function isEmpty(line: string): boolean {
  const first = line.charCodeAt(0);
  return !(first > 0x23) && /^[ \t]*(?:#|$)/.test(line);
}

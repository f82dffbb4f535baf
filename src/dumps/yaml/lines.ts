import { brokenYaml, readQuoted, type Quoted } from "./scalars.ts";

const KEY = /[^\s#&*!|>'"%@`{}[\],?:-][^]*?(?=:(?:[ \t]|$))|[?:-](?=\S)[^]*?(?=:(?:[ \t]|$))/y;

/** A place among the lines of a YAML text. */
export class YamlLines {
  protected readonly lines: string[];
  protected at = 0;

  constructor(text: string) {
    this.lines = text.split(/\r?\n/);
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
    if (/["']/.test(line.charAt(column))) {
      const quoted = readQuoted([line], 0, column);
      const colon = quoted && /^[ \t]*:(?=[ \t]|$)/.exec(line.slice(quoted.column))?.[0];
      return quoted && colon !== undefined
        ? { name: quoted.text, end: quoted.column + (colon?.length ?? 0) }
        : undefined;
    }
    KEY.lastIndex = column;
    const name = KEY.exec(line)?.[0];
    // A comment, or a value that only looks like a key.
    if (name === undefined || / #/.test(name)) return undefined;
    return { name: name.trimEnd(), end: column + name.length + 1 };
  }

  /** Nothing but a comment may follow. */
  protected endLine(column: number): void {
    if (!/^[ \t]*(?:#.*)?$/.test(this.line().slice(column))) throw this.broken("expected the end of the line");
    this.at += 1;
  }

  protected isAt(indent: number): boolean {
    if (this.at >= this.lines.length || this.isMarker() || this.indent() < indent) return false;
    if (this.indent() > indent) throw this.broken("stands too far right");
    return true;
  }

  /** `---` or `...`, between documents. */
  protected isMarker(): boolean {
    return /^(?:---|\.\.\.)(?:[ \t]|$)/.test(this.line().slice(0, 4));
  }

  protected skipEmpty(): void {
    while (this.at < this.lines.length && /^[ \t]*(?:#|$)/.test(this.line())) this.at += 1;
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

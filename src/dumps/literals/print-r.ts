import type { TelepathError } from "../../model/errors.ts";
import type { JsonNode } from "../format.ts";
import { maxJsonDepth, maxJsonValues } from "../json-parser.ts";
import { unreadable } from "../unreadable.ts";
import { bytesNode, phpArray, textNode, type Entry } from "./nodes.ts";

const OPEN = /(?:Array|[A-Za-z_][\w\\@]{0,200} Object)\r?\n( *)\(\r?\n/y;
const KEY = /( *)\[([^\n]{0,4096}?)\] => ?/y;
const LENGTHS = /\[(?:(?:HTTP_)?CONTENT_LENGTH|Content-Length|content-length)\] => (\d{1,15})\r?\n/g;

/**
 * Reads PHP's `print_r`, which escapes nothing: where a value with line ends stops shows from the indentation of what
 * follows it, and for the body from the Content-Length printed with the headers. The text is bytes, one character each.
 *
 * @see https://www.php.net/manual/en/function.print-r.php
 */
export class PrintRParser {
  at: number;
  private readonly text: string;
  private values = 0;
  /** The lengths the dump announces: a value that is so long and ends where it may is the body. */
  private readonly lengths: readonly number[];

  constructor(text: string, at: number, lengths: readonly number[]) {
    this.text = text;
    this.at = at;
    this.lengths = lengths;
  }

  /** @throws TelepathError `BROKEN_DUMP` with the offset when no printed array stands here. */
  value(depth = 1): JsonNode {
    if (depth > maxJsonDepth) throw this.broken(`nested deeper than ${maxJsonDepth} levels`);
    const open = this.take(OPEN);
    if (open === undefined) throw this.broken('expected "Array" and "("');
    const indent = (open[1] ?? "").length;
    const entries: Entry[] = [];
    while (!this.takeClose(indent)) {
      const key = this.take(KEY);
      if (key === undefined || key[1]?.length !== indent + 4) throw this.broken("expected [key] =>");
      this.values += 1;
      if (this.values > maxJsonValues) throw this.broken(`more than ${maxJsonValues} values`);
      entries.push({ key: key[2], value: this.entry(indent, depth) });
    }
    return phpArray(entries);
  }

  private entry(indent: number, depth: number): JsonNode {
    OPEN.lastIndex = this.at;
    if (OPEN.exec(this.text)?.[1]?.length === indent + 8) {
      const node = this.value(depth + 1);
      this.take(/\r?\n/y);
      return node;
    }
    const start = this.at;
    const announced = this.lengths.find((length) => length > 0 && this.endsAt(start + length, indent));
    const end = announced === undefined ? this.endFrom(start, indent) : start + announced;
    const bytes = Buffer.from(this.text.slice(start, end), "latin1");
    this.at = end;
    this.take(/\r?\n/y);
    // Without its length nobody can be sure that it ends here.
    return announced === undefined ? textNode(bytes.toString("utf8"), { held: "text", bytes }) : bytesNode(bytes);
  }

  /** The first offset at which a value may end. */
  private endFrom(start: number, indent: number): number {
    for (let end = this.text.indexOf("\n", start); end !== -1; end = this.text.indexOf("\n", end + 1)) {
      const before = this.text[end - 1] === "\r" && end > start ? end - 1 : end;
      if (this.endsAt(before, indent)) return before;
    }
    this.at = this.text.length;
    throw this.broken('expected the closing ")" of an array');
  }

  /** Whether the next entry of this array, or its end, follows on a new line. */
  private endsAt(offset: number, indent: number): boolean {
    const line = this.text.startsWith("\r\n", offset) ? offset + 2 : offset + 1;
    if (this.text[line - 1] !== "\n" || offset > this.text.length) return false;
    if (this.closes(line, indent)) return true;
    KEY.lastIndex = line;
    return KEY.exec(this.text)?.[1]?.length === indent + 4;
  }

  private takeClose(indent: number): boolean {
    if (!this.closes(this.at, indent)) return false;
    this.at += indent + 1;
    this.take(/\r?\n/y);
    return true;
  }

  private closes(line: number, indent: number): boolean {
    if (!this.text.startsWith(`${" ".repeat(indent)})`, line)) return false;
    const after = this.text[line + indent + 1];
    return after === undefined || after === "\n" || after === "\r";
  }

  private take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text) ?? undefined;
    if (match) this.at += match[0].length;
    return match;
  }

  private broken(what: string): TelepathError {
    return unreadable(`offset ${this.at}: ${what}`);
  }
}

/** The different Content-Lengths a dump prints, the first few. */
export function printedLengths(text: string): number[] {
  const lengths = new Set<number>();
  for (const [, length] of text.matchAll(LENGTHS)) {
    lengths.add(Number(length));
    if (lengths.size === 32) break;
  }
  return [...lengths];
}

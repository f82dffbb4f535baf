import { backslash, closeBrace, closeBracket, colon, comma, openBrace, openBracket, quote } from "../model/ascii.ts";
import type { TelepathError } from "../model/errors.ts";
import { positionIn } from "../model/position.ts";
import type { JsonNode } from "./format.ts";
import { unreadable } from "./unreadable.ts";

/** Deeper values are refused, so that neither this parser nor any walk over its tree can run out of stack. */
export const maxJsonDepth = 512;
/** More values than this are refused: each costs about 100 bytes of memory. */
export const maxJsonValues = 4_000_000;

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const LITERALS = new Map([
  [0x74, { word: "true", value: true }],
  [0x66, { word: "false", value: false }],
  [0x6e, { word: "null", value: null }],
]);

// Momoa keeps what this keeps, but recurses without a limit (100,000 brackets overflow the stack), lets control
// characters stand in strings, and takes five times as long.
export class JsonParser {
  private readonly text: string;
  private at = 0;
  private values = 0;

  constructor(text: string) {
    this.text = text;
  }

  document(): JsonNode {
    this.skipSpace();
    const node = this.value(1);
    this.skipSpace();
    if (this.at < this.text.length) throw this.unexpected("the end of the text");
    return node;
  }

  private value(depth: number): JsonNode {
    if (depth > maxJsonDepth) throw this.broken(`nested deeper than ${maxJsonDepth} levels`);
    this.values += 1;
    if (this.values > maxJsonValues) throw this.broken(`more than ${maxJsonValues} values`);
    const start = this.at;
    const code = this.text.charCodeAt(start);
    if (code === quote) return { type: "string", value: this.string(), start, end: this.at };
    if (code === openBrace) return this.object(depth);
    if (code === openBracket) return this.array(depth);
    const literal = LITERALS.get(code);
    if (literal !== undefined && this.text.startsWith(literal.word, start)) {
      this.at += literal.word.length;
      return { type: "literal", value: literal.value, start, end: this.at };
    }
    NUMBER.lastIndex = start;
    if (!NUMBER.test(this.text)) throw this.unexpected("a value");
    this.at = NUMBER.lastIndex;
    return { type: "number", raw: this.text.slice(start, this.at), start, end: this.at };
  }

  private object(depth: number): JsonNode {
    const start = this.at;
    if (this.opensEmpty(closeBrace)) return { type: "object", members: [], start, end: this.at };
    const members = [this.member(depth)];
    while (this.goesOn(closeBrace)) members.push(this.member(depth));
    return { type: "object", members, start, end: this.at };
  }

  private member(depth: number): { name: string; value: JsonNode } {
    if (this.text.charCodeAt(this.at) !== quote) throw this.unexpected("a member name in double quotes");
    const name = this.string();
    this.skipSpace();
    if (this.text.charCodeAt(this.at) !== colon) throw this.unexpected('":"');
    this.at += 1;
    this.skipSpace();
    return { name, value: this.value(depth + 1) };
  }

  private array(depth: number): JsonNode {
    const start = this.at;
    if (this.opensEmpty(closeBracket)) return { type: "array", items: [], start, end: this.at };
    const items = [this.value(depth + 1)];
    while (this.goesOn(closeBracket)) items.push(this.value(depth + 1));
    return { type: "array", items, start, end: this.at };
  }

  /** Takes an opening bracket and, when nothing stands between them, the closing one. */
  private opensEmpty(close: number): boolean {
    this.at += 1;
    this.skipSpace();
    if (this.text.charCodeAt(this.at) !== close) return false;
    this.at += 1;
    return true;
  }

  /** Takes the comma before another item, or the bracket that closes the list. */
  private goesOn(close: number): boolean {
    this.skipSpace();
    const next = this.text.charCodeAt(this.at);
    if (next !== close && next !== comma) throw this.unexpected(`"," or "${String.fromCharCode(close)}"`);
    this.at += 1;
    if (next === close) return false;
    this.skipSpace();
    return true;
  }

  private string(): string {
    const { text } = this;
    const start = this.at;
    let escaped = false;
    let at = start + 1;
    for (let code = text.charCodeAt(at); code !== quote; code = text.charCodeAt(at)) {
      if (code === backslash) {
        escaped = true;
        at = this.escapeEnd(at);
      } else if (code >= 0x20) at += 1;
      else {
        this.at = at;
        throw this.unexpected(
          Number.isNaN(code) ? 'the closing " of a string' : "a string without raw control characters",
        );
      }
    }
    this.at = at + 1;
    // The string is known to be well-formed here, and nothing written in JavaScript undoes escapes as fast.
    if (escaped) return JSON.parse(text.slice(start, this.at)) as string;
    return text.slice(start + 1, at);
  }

  private escapeEnd(at: number): number {
    ESCAPE.lastIndex = at;
    if (ESCAPE.test(this.text)) return ESCAPE.lastIndex;
    this.at = at;
    throw this.broken("bad escape in a string");
  }

  private skipSpace(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.at += 1;
    }
  }

  private unexpected(wanted: string): TelepathError {
    const codePoint = this.text.codePointAt(this.at);
    const found = codePoint === undefined ? "the end of the text" : JSON.stringify(String.fromCodePoint(codePoint));
    return this.broken(`expected ${wanted}, found ${found}`);
  }

  private broken(what: string): TelepathError {
    const { line, column } = positionIn(this.text, this.at);
    return unreadable(`not JSON: line ${line}, column ${column}: ${what}`, "BROKEN_JSON");
  }
}

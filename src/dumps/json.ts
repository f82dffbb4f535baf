import { TelepathError } from "../model/errors.ts";
import type { JsonNode } from "./format.ts";
import { unreadable } from "./unreadable.ts";

/** Deeper values are refused, so that neither this parser nor any walk over its tree can run out of stack. */
export const maxJsonDepth = 512;
/** More values than this are refused: each costs about 100 bytes of memory. */
export const maxJsonValues = 4_000_000;

/**
 * Strict JSON (RFC 8259) without loss: numbers stay as written, members keep their order and their repetitions, and
 * every node knows where it stood, in UTF-16 units of `text`. Takes time in proportion to the text.
 *
 * @throws TelepathError `BROKEN_JSON` with line and column; also for what is too deep or has too many values.
 */
export function parseJson(text: string): JsonNode {
  return new Parser(text).document();
}

/** The tree of a text that is JSON, and undefined for any other. */
export function tryParseJson(text: string): JsonNode | undefined {
  if (!START.test(text)) return undefined;
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof TelepathError) return undefined;
    throw error;
  }
}

/** Whether a text is JSON, without keeping what it says. */
export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The value of a text as `JSON.parse` makes it, with what that loses; undefined when the text is not JSON. */
export function jsonValue(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** A member's value: of members with the same name the last, as `JSON.parse` reads them. Other nodes have none. */
export function member(node: JsonNode | undefined, name: string): JsonNode | undefined {
  if (node?.type !== "object") return undefined;
  const { members } = node;
  for (let index = members.length - 1; index >= 0; index -= 1) {
    if (members[index]!.name === name) return members[index]!.value;
  }
  return undefined;
}

/** The node at the end of a path of member names. */
export function memberAt(node: JsonNode | undefined, ...path: string[]): JsonNode | undefined {
  return path.reduce(member, node);
}

/** The value of a string node; undefined for any other. */
export function stringOf(node: JsonNode | undefined): string | undefined {
  return node?.type === "string" ? node.value : undefined;
}

/** A node that is a count of something: a whole number from 0. Undefined for any other. */
export function countOf(node: JsonNode | undefined): number | undefined {
  return node?.type === "number" && /^\d{1,15}$/.test(node.raw) ? Number(node.raw) : undefined;
}

/** The items of an array node; none for any other. */
export function itemsOf(node: JsonNode | undefined): JsonNode[] {
  return node?.type === "array" ? node.items : [];
}

/** Line and column of an offset in a text, both counted from 1; columns in UTF-16 units. */
export function positionIn(text: string, offset: number): { line: number; column: number } {
  let line = 1;
  let lineStart = 0;
  for (let at = text.indexOf("\n"); at !== -1 && at < offset; at = text.indexOf("\n", lineStart)) {
    line += 1;
    lineStart = at + 1;
  }
  return { line, column: offset - lineStart + 1 };
}

/** Most of what is no JSON does not even start as JSON does. */
const START = /^[ \t\r\n]*[[{"\d\-tfn]/;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const LITERALS = [
  ["true", true],
  ["false", false],
  ["null", null],
] as const;

// Momoa keeps what this keeps, but recurses without a limit (100,000 brackets overflow the stack), lets control
// characters stand in strings, and takes five times as long.
class Parser {
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
    const character = this.text[start];
    if (character === "{") return this.object(depth);
    if (character === "[") return this.array(depth);
    if (character === '"') return { type: "string", value: this.string(), start, end: this.at };
    for (const [word, value] of LITERALS) {
      if (!this.text.startsWith(word, start)) continue;
      this.at += word.length;
      return { type: "literal", value, start, end: this.at };
    }
    NUMBER.lastIndex = start;
    const raw = NUMBER.exec(this.text)?.[0];
    if (raw === undefined) throw this.unexpected("a value");
    this.at += raw.length;
    return { type: "number", raw, start, end: this.at };
  }

  private object(depth: number): JsonNode {
    const start = this.at;
    const members: { name: string; value: JsonNode }[] = [];
    this.list("}", () => {
      if (this.text[this.at] !== '"') throw this.unexpected("a member name in double quotes");
      const name = this.string();
      this.skipSpace();
      if (this.text[this.at] !== ":") throw this.unexpected('":"');
      this.at += 1;
      this.skipSpace();
      members.push({ name, value: this.value(depth + 1) });
    });
    return { type: "object", members, start, end: this.at };
  }

  private array(depth: number): JsonNode {
    const start = this.at;
    const items: JsonNode[] = [];
    this.list("]", () => {
      items.push(this.value(depth + 1));
    });
    return { type: "array", items, start, end: this.at };
  }

  /** What stands between brackets, separated by commas. */
  private list(close: "}" | "]", item: () => void): void {
    this.at += 1;
    this.skipSpace();
    if (this.text[this.at] === close) {
      this.at += 1;
      return;
    }
    for (;;) {
      item();
      this.skipSpace();
      const next = this.text[this.at];
      if (next !== close && next !== ",") throw this.unexpected(`"," or "${close}"`);
      this.at += 1;
      if (next === close) return;
      this.skipSpace();
    }
  }

  private string(): string {
    const start = this.at;
    let escaped = false;
    this.at += 1;
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code === 0x22) break;
      if (Number.isNaN(code)) throw this.unexpected('the closing " of a string');
      if (code < 0x20) throw this.unexpected("a string without raw control characters");
      if (code === 0x5c) escaped = true;
      this.at += code === 0x5c ? this.escapeLength() : 1;
    }
    this.at += 1;
    // The string is known to be well-formed here, and nothing written in JavaScript undoes escapes as fast.
    if (escaped) return JSON.parse(this.text.slice(start, this.at)) as string;
    return this.text.slice(start + 1, this.at - 1);
  }

  private escapeLength(): number {
    ESCAPE.lastIndex = this.at;
    const escape = ESCAPE.exec(this.text)?.[0];
    if (escape === undefined) throw this.broken("bad escape in a string");
    return escape.length;
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

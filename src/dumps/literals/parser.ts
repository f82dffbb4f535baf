import type { TelepathError } from "../../model/errors.ts";
import { closingQuote } from "../commands/script.ts";
import type { JsonNode } from "../format.ts";
import { maxJsonDepth, maxJsonValues } from "../json-parser.ts";
import { unreadable } from "../unreadable.ts";
import { collectionNode, wordNode, type Entry } from "./nodes.ts";

/** What sets the literals of one language apart. */
export interface Dialect {
  /**
   * Reads what only this language writes (its strings, its objects without a literal form) and leaves the parser behind
   * it; undefined, with the parser where it was, when something else stands there.
   */
  special(parser: LiteralParser): JsonNode | undefined;
  /** A list or a dictionary of the entries between brackets. */
  collection(entries: readonly Entry[], open: string): JsonNode;
}

const CLOSES: Readonly<Record<string, string>> = { "{": "}", "[": "]", "(": ")" };
const SPACE = /[\s,]*/y;
const PAIR = /\s*(?:=>|:(?!:)|=(?!=))\s*/y;
const WORD = /[^\s,:;{}[\]()<>'"`=]+/y;
const CONTENT = / ?(?=[{[(])/y;

/**
 * Reads the literals in which Node, Python, Ruby and PHP print values: lists and dictionaries in brackets of any kind,
 * `key: value`, `key => value` and `key=value`, names before brackets (`Headers({…})`, `Map(2) {…}`), words. It takes
 * more than any of them writes, runs nothing, and takes time in proportion to what it reads.
 */
export class LiteralParser {
  readonly text: string;
  /** Where it stands; after a failure, where it failed. */
  at: number;
  depth = 0;
  private values = 0;
  private readonly dialect: Dialect;

  constructor(text: string, at: number, dialect: Dialect) {
    this.text = text;
    this.at = at;
    this.dialect = dialect;
  }

  /** @throws TelepathError `BROKEN_DUMP` with the offset when no value stands here. */
  value(): JsonNode {
    this.values += 1;
    if (this.values > maxJsonValues) throw this.broken(`more than ${maxJsonValues} values`);
    const special = this.dialect.special(this);
    if (special) return special;
    const close = CLOSES[this.text[this.at] ?? ""];
    if (close !== undefined) return this.collection(close);
    const word = this.take(WORD)?.[0];
    if (word === undefined) throw this.broken("expected a value");
    let node: JsonNode | undefined;
    // `Map(2) {…}`: of the brackets after a name the last hold the value.
    while (this.take(CONTENT)) node = this.collection(CLOSES[this.text[this.at] ?? ""] ?? "");
    return node ?? wordNode(word);
  }

  /** Takes what a sticky pattern matches here. */
  take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text) ?? undefined;
    if (match) this.at += match[0].length;
    return match;
  }

  /**
   * Takes a string without its quotes; the quote it starts with closes it, and a backslash keeps the next character in
   * it. The escapes are still in the result.
   */
  quoted(): string {
    const start = this.at + 1;
    const close = closingQuote(this.text, start, this.text.charAt(this.at));
    this.at = close === -1 ? this.text.length : close + 1;
    if (close === -1) throw this.broken("expected the closing quote of a string");
    return this.text.slice(start, close);
  }

  /** Takes `<…>` with whatever is in it, other such included, and gives it as it stands. */
  inAngles(): string {
    const { text } = this;
    const start = this.at;
    let depth = 0;
    for (let at = start; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code === 0x3c) depth += 1;
      else if (code === 0x3e && !isArrow(text.charCodeAt(at - 1))) depth -= 1;
      if (depth > 0) continue;
      this.at = at + 1;
      return text.slice(start, this.at);
    }
    this.at = text.length;
    throw this.broken('expected the closing ">"');
  }

  private skipSpace(): void {
    if (mayBeSpace(this.text.charCodeAt(this.at))) this.take(SPACE);
  }

  private isPair(): boolean {
    const code = this.text.charCodeAt(this.at);
    return (mayBeSpace(code) || code === 0x3a || code === 0x3d) && this.take(PAIR) !== undefined;
  }

  broken(what: string): TelepathError {
    return unreadable(`offset ${this.at}: ${what}`);
  }

  private collection(close: string): JsonNode {
    const open = this.text[this.at] ?? "";
    this.depth += 1;
    if (this.depth > maxJsonDepth) throw this.broken(`nested deeper than ${maxJsonDepth} levels`);
    this.at += 1;
    const entries: Entry[] = [];
    for (this.skipSpace(); this.text[this.at] !== close; this.skipSpace()) {
      const first = this.value();
      if (this.isPair()) entries.push({ key: keyOf(first), value: this.value() });
      else entries.push({ key: undefined, value: first });
    }
    this.at += 1;
    this.depth -= 1;
    return this.dialect.collection(entries, open);
  }
}

/** Whether a `>` behind it is the end of an arrow in a printed object, and closes nothing. */
function isArrow(before: number): boolean {
  return before === 0x3d || before === 0x2d;
}

/** Most characters are told without a pattern. */
function mayBeSpace(code: number): boolean {
  return code <= 0x20 || code === 0x2c || code >= 0x80;
}

/** Lists in `[]`, dictionaries in `{}`, and in `()` a single value for itself: brackets around an expression. */
export function bracketed(entries: readonly Entry[], open: string): JsonNode {
  const [only] = entries;
  if (open === "(" && entries.length === 1 && only?.key === undefined && only) return only.value;
  return collectionNode(entries, open === "{" ? "object" : "array");
}

function keyOf(node: JsonNode): string {
  if (node.type === "string") return node.value;
  return node.type === "number" ? node.raw : node.type === "literal" ? String(node.value) : "";
}

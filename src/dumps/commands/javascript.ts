import type { JsonNode } from "../format.ts";
import { closingQuote, ScriptCursor } from "./script.ts";

/** The arguments of one call. An expression whose value only running it could tell is undefined. */
export type CallArguments = (JsonNode | undefined)[];

const NAME = /[A-Za-z_$][\w$]*/y;
const SPACE = /\s+/y;
const LINE_COMMENT = /\/\/[^\n]*/y;
const NOT_IN_EXPRESSION = /[^"'`()[\]{},]+/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const ESCAPE = /\\(?:x([0-9a-fA-F]{2})|u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|(\r\n|[^]))/g;
const LETTERS = new Map(Object.entries({ b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v", "0": "\0" }));
const LITERALS = new Map<string, boolean | null>([
  ["true", true],
  ["false", false],
  ["null", null],
  ["undefined", null],
]);
const MAX_DEPTH = 64;

/**
 * The arguments of each call of a function in a script, one call after another, as far as they are literals: JSON, and
 * JavaScript's own strings, names and trailing commas. Nothing is run.
 *
 * @throws TelepathError `BROKEN_DUMP` with the line where a literal ends too soon.
 */
export function* callsOf(script: string, name: string): Generator<CallArguments> {
  const pattern = new RegExp(`(?<![\\w$.])${name}\\s{0,100}\\(`, "g");
  const reader = new LiteralReader(script);
  while (pattern.test(script)) {
    reader.at = pattern.lastIndex;
    yield reader.callArguments();
    pattern.lastIndex = reader.at;
  }
}

class LiteralReader extends ScriptCursor {
  /** No comment that starts here or later is closed. */
  private unclosedFrom = Infinity;

  callArguments(): CallArguments {
    return this.list(")", () => this.expression(1));
  }

  /** A literal that a comma or a bracket follows; undefined, and passed over, when it is more than that. */
  private expression(depth: number): JsonNode | undefined {
    const value = this.literal(depth);
    this.space();
    if (this.at >= this.script.length || this.endsExpression()) return value;
    this.skipExpression();
    return undefined;
  }

  private literal(depth: number): JsonNode | undefined {
    if (depth > MAX_DEPTH) throw this.broken(`nested deeper than ${MAX_DEPTH} levels`);
    const start = this.at;
    const first = this.script.charAt(start);
    if (first === "{") return this.object(depth);
    if (first === "[") return this.array(depth);
    if (first === '"' || first === "'" || first === "`") return this.string(first);
    const raw = this.match(NUMBER);
    if (raw !== undefined) return { type: "number", raw, start, end: this.at };
    const value = LITERALS.get(this.match(NAME) ?? "");
    return value === undefined ? undefined : { type: "literal", value, start, end: this.at };
  }

  private object(depth: number): JsonNode {
    const start = this.at;
    this.at += 1;
    const members = this.list("}", () => {
      const first = this.script.charAt(this.at);
      const quoted = first === '"' || first === "'" ? this.string(first) : undefined;
      const name = quoted?.type === "string" ? quoted.value : this.match(NAME);
      this.space();
      if (name === undefined || this.script.charAt(this.at) !== ":") {
        this.skipExpression();
        return undefined;
      }
      this.at += 1;
      this.space();
      const value = this.expression(depth + 1);
      return { name, value };
    });
    // A member whose value is an expression is told apart from one that is not there by its type.
    const known = members.flatMap((found) =>
      found === undefined ? [] : [{ name: found.name, value: found.value ?? unknown(this.at) }],
    );
    return { type: "object", members: known, start, end: this.at };
  }

  private array(depth: number): JsonNode {
    const start = this.at;
    this.at += 1;
    const items = this.list("]", () => this.expression(depth + 1) ?? unknown(this.at));
    return { type: "array", items, start, end: this.at };
  }

  private string(quote: string): JsonNode | undefined {
    const start = this.at;
    const close = closingQuote(this.script, start + 1, quote, quote !== "`");
    if (close === -1) throw this.broken(`the quote ${quote} is opened and never closed`);
    const text = this.script.slice(start + 1, close);
    this.at = close + 1;
    if (quote === "`" && text.includes("${")) return undefined;
    return { type: "string", value: undoEscapes(text), start, end: this.at };
  }

  private list<Item>(close: string, item: () => Item): Item[] {
    const items: Item[] = [];
    for (;;) {
      this.space();
      if (this.at >= this.script.length) throw this.broken(`expected "${close}" before the end`);
      if (this.script.charAt(this.at) === close) {
        this.at += 1;
        return items;
      }
      items.push(item());
      this.space();
      const next = this.script.charAt(this.at);
      if (next === ",") this.at += 1;
      else if (next !== close) throw this.broken(`expected "," or "${close}"`);
    }
  }

  /** Past an expression, up to the comma or the bracket that ends it. */
  private skipExpression(): void {
    let open = 0;
    while (this.at < this.script.length) {
      this.skip(NOT_IN_EXPRESSION);
      if (open === 0 && this.endsExpression()) return;
      const character = this.script.charAt(this.at);
      switch (character) {
        case '"':
        case "'":
        case "`":
          this.string(character);
          continue;
        case "(":
        case "[":
        case "{":
          open += 1;
          break;
        case ")":
        case "]":
        case "}":
          open -= 1;
      }
      this.at += 1;
    }
  }

  private endsExpression(): boolean {
    switch (this.script.charAt(this.at)) {
      case ",":
      case ")":
      case "]":
      case "}":
        return true;
      default:
        return false;
    }
  }

  /** Past white space and comments. */
  private space(): void {
    while (this.skip(SPACE) || (this.script.charAt(this.at) === "/" && this.comment()));
  }

  private comment(): boolean {
    if (this.skip(LINE_COMMENT)) return true;
    if (this.at >= this.unclosedFrom || !this.script.startsWith("/*", this.at)) return false;
    const close = this.script.indexOf("*/", this.at + 2);
    if (close === -1) this.unclosedFrom = this.at;
    else this.at = close + 2;
    return close !== -1;
  }
}

/** Stands for a value that is an expression: `false` is no body, no headers and no method. */
function unknown(at: number): JsonNode {
  return { type: "literal", value: false, start: at, end: at };
}

function undoEscapes(text: string): string {
  if (!text.includes("\\")) return text;
  return text.replace(ESCAPE, (_all, x?: string, braced?: string, u?: string, letter?: string) => {
    const code = x ?? braced ?? u;
    if (code !== undefined) {
      const value = Number.parseInt(code, 16);
      return value > 0x10ffff ? "" : String.fromCodePoint(value);
    }
    if (letter === undefined || /^(?:\r\n|[\r\n\u2028\u2029])$/.test(letter)) return "";
    return LETTERS.get(letter) ?? letter;
  });
}

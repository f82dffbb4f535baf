import { utf8 } from "../commands/escapes.ts";
import type { JsonNode } from "../format.ts";
import { bytesNode, textNode } from "./nodes.ts";
import { bracketed, type Dialect, type LiteralParser } from "./parser.ts";

const OBJECT = /#(?=<)/y;
/** Classes and times stand without quotes, colons and all. */
const BARE = /[A-Z]\w{0,200}(?:::[A-Z]\w{0,200})+|\d{4}-\d\d-\d\d[ T][\d:.]+(?: ?(?:UTC|[+-]\d\d:?\d\d))?/y;
const SYMBOL = /:(?:([A-Za-z_]\w{0,200}[?!]?)|(?="))/y;
const ESCAPE = /\\(?:x([0-9a-fA-F]{1,2})|u\{([0-9a-fA-F ]{1,200})\}|u([0-9a-fA-F]{4})|([0-7]{1,3})|([^]))/g;
const LETTERS: Readonly<Record<string, string>> = {
  n: "\n",
  r: "\r",
  t: "\t",
  a: "\x07",
  b: "\b",
  e: "\x1b",
  f: "\f",
  v: "\v",
  s: " ",
};

/**
 * What Ruby's `inspect` and `p` write, before and since 3.4 (`"a" => 1`, `b: 2`). The text is taken as bytes, one
 * character each, and every string keeps them: `\xEB` is a byte, `\u00EB` a character.
 *
 * @see https://docs.ruby-lang.org/en/3.4/String.html#method-i-inspect
 */
export const ruby: Dialect = { special, collection: bracketed };

function special(parser: LiteralParser): JsonNode | undefined {
  const character = parser.text[parser.at];
  if (character === '"') return bytesNode(Buffer.from(undo(parser.quoted()), "latin1"));
  if (character === "#" && parser.take(OBJECT)) return textNode(`#${parser.inAngles()}`);
  if (character !== ":") {
    const bare = parser.take(BARE);
    return bare && textNode(bare[0]);
  }
  const symbol = parser.take(SYMBOL);
  if (symbol === undefined) return undefined;
  return symbol[1] === undefined ? textNode(undo(parser.quoted())) : textNode(symbol[1]);
}

function undo(text: string): string {
  if (!text.includes("\\")) return text;
  return text.replace(
    ESCAPE,
    (_all, hex?: string, list?: string, unit?: string, octal?: string, letter?: string): string => {
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
      const codes = (list ?? unit)?.trim().split(/ +/);
      if (codes !== undefined) return codes.map((code) => utf8(Number.parseInt(code, 16) || 0)).join("");
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff);
      return LETTERS[letter ?? ""] ?? letter ?? "";
    },
  );
}

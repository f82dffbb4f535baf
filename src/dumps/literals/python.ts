import type { JsonNode } from "../format.ts";
import { bytesNode, textNode } from "./nodes.ts";
import { bracketed, type Dialect, type LiteralParser } from "./parser.ts";

const PREFIX = /([bBuU]?)(?=['"])/y;
const NEXT = /\s*(?=[bBuU]?['"])/y;
const BYTE_ESCAPE = /\\(?:x([0-9a-fA-F]{2})|([0-7]{1,3})|\r?\n|([^]))/g;
const TEXT_ESCAPE = /\\(?:(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))|([0-7]{1,3})|\r?\n|([^]))/g;
const LETTERS: Readonly<Record<string, string>> = {
  n: "\n",
  r: "\r",
  t: "\t",
  a: "\x07",
  b: "\b",
  f: "\f",
  v: "\v",
  "\\": "\\",
  "'": "'",
  '"': '"',
};

/**
 * What Python's `repr`, `print` and `pprint` write: bytes as `b'…'`, which keep every byte, text as `'…'`, both in
 * pieces one after another when `pprint` breaks them, and objects without a literal form as `<…>`.
 *
 * @see https://docs.python.org/3/reference/lexical_analysis.html#string-and-bytes-literals
 */
export const python: Dialect = { special, collection: bracketed };

function special(parser: LiteralParser): JsonNode | undefined {
  if (parser.text[parser.at] === "<") return textNode(parser.inAngles());
  const isBytes = prefixed(parser);
  if (isBytes === undefined) return undefined;
  const pieces = [piece(parser, isBytes)];
  // Two prints one after the other are not one string.
  while (parser.depth > 0 && parser.take(NEXT)) {
    if (prefixed(parser) === undefined) break;
    pieces.push(piece(parser, isBytes));
  }
  const value = pieces.join("");
  return isBytes ? bytesNode(Buffer.from(value, "latin1")) : textNode(value);
}

/** Takes what stands before a string's quote: whether it is one of bytes. Undefined when no string is here. */
function prefixed(parser: LiteralParser): boolean | undefined {
  const prefix = parser.take(PREFIX)?.[1];
  return prefix === undefined ? undefined : /^b/i.test(prefix);
}

function piece(parser: LiteralParser, isBytes: boolean): string {
  const quoted = parser.quoted();
  if (!quoted.includes("\\")) return quoted;
  if (isBytes) {
    return quoted.replace(BYTE_ESCAPE, (_all, hex?: string, octal?: string, letter?: string) =>
      hex === undefined ? simple(octal, letter) : String.fromCharCode(Number.parseInt(hex, 16)),
    );
  }
  return quoted.replace(TEXT_ESCAPE, (_all, x?: string, u?: string, U?: string, octal?: string, letter?: string) => {
    const hex = x ?? u ?? U;
    if (hex === undefined) return simple(octal, letter);
    const code = Number.parseInt(hex, 16);
    return code > 0x10ffff ? "\ufffd" : String.fromCodePoint(code);
  });
}

function simple(octal: string | undefined, letter: string | undefined): string {
  if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff);
  return letter === undefined ? "" : (LETTERS[letter] ?? `\\${letter}`);
}

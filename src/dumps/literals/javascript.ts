import type { JsonNode } from "../format.ts";
import { textNode, bytesNode } from "./nodes.ts";
import { bracketed, type Dialect, type LiteralParser } from "./parser.ts";

const REFERENCE = /<ref \*\d+>\s*/y;
// `(?=(…))\1` takes all it can and gives nothing back: what follows would not fit better after less.
const BUFFER = /<(?:Buffer|SlowBuffer)(?=((?: [0-9a-f]{2})*))\1 ?(?:\.\.\. (\d+) more bytes?)?[^>\n]{0,200}>/y;
const BYTES =
  /(?:Uint8Array|Buffer)(?:\(\d+\))? (?:\[Uint8Array\] )?\[(?=([\s\d,]*))\1(?:\.\.\. (\d+) more items?)?\s*\]/y;
/** `[Object]`, `[Function: x]`, `[Symbol(kHeaders)]`; a list has a space after its bracket. */
const MARKER = /\[[A-Za-z][^[\]\n]{0,200}\](?! ?[[{])/y;
/** Where an `http.IncomingMessage` keeps what `req.headers` and `req.headersDistinct` give. */
const OWN_NAMES: Readonly<Record<string, string>> = {
  "[Symbol(kHeaders)]": "headers",
  "[Symbol(kHeadersDistinct)]": "requestHeaders",
};
const CLASS = /\[[A-Z][^[\]\n]{0,200}\] (?=[[{])/y;
const MORE = /\.\.\. \d+ more (?:items?|characters?|properties|property|entries|entry)/y;
const DATE = /[+-]?\d{4,6}-\d\d-\d\dT[\d:.]+Z/y;
const JOIN = / \+\r?\n\s*(?=['"`])/y;
const CUT = /\.\.\. \d+ more characters?/y;
const ESCAPE = /\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|\r?\n|([^]))/g;
const LETTERS: Readonly<Record<string, string>> = {
  n: "\n",
  r: "\r",
  t: "\t",
  b: "\b",
  f: "\f",
  v: "\v",
  0: "\0",
};

/**
 * What `console.log` and `util.inspect` print: strings in pieces joined by `+`, Buffers of which they show 50 bytes,
 * strings they cut at 10,000 characters.
 *
 * @see https://nodejs.org/api/util.html#utilinspectobject-options
 */
export const javascript: Dialect = { special, collection: bracketed };

function special(parser: LiteralParser): JsonNode | undefined {
  const character = parser.text[parser.at] ?? "";
  if (character === "'" || character === '"' || character === "`") return string(parser);
  if (character === "<") {
    const buffer = parser.take(BUFFER);
    if (buffer) return bytesOf(Buffer.from((buffer[1] ?? "").replaceAll(" ", ""), "hex"), buffer[2]);
    return parser.take(REFERENCE) ? parser.value() : textNode(parser.inAngles());
  }
  if (character === "[") {
    if (parser.take(CLASS)) return parser.value();
    const marker = parser.take(MARKER)?.[0];
    return marker === undefined ? undefined : textNode(OWN_NAMES[marker] ?? marker);
  }
  if (character === "U" || character === "B") {
    const bytes = parser.take(BYTES);
    if (bytes) return bytesOf(Buffer.from((bytes[1] ?? "").split(",").filter(isNumber).map(Number)), bytes[2]);
  }
  const pattern = character === "." ? MORE : /[+\-\d]/.test(character) ? DATE : undefined;
  const word = pattern && parser.take(pattern);
  return word && textNode(word[0]);
}

function string(parser: LiteralParser): JsonNode {
  const pieces = [undo(parser.quoted())];
  while (parser.take(JOIN)) pieces.push(undo(parser.quoted()));
  const value = pieces.join("");
  if (!parser.take(CUT)) return textNode(value);
  return textNode(value, { held: "text", bytes: Buffer.from(value), cut: { of: null } });
}

function bytesOf(shown: Buffer, more: string | undefined): JsonNode {
  return bytesNode(shown, more === undefined ? undefined : { of: shown.length + Number(more) });
}

function isNumber(text: string): boolean {
  return text.trim() !== "";
}

function undo(text: string): string {
  if (!text.includes("\\")) return text;
  return text.replace(ESCAPE, (_all, braced?: string, unit?: string, short?: string, letter?: string) => {
    if (braced !== undefined) return codePoint(Number.parseInt(braced, 16));
    const code = unit ?? short;
    if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
    return letter === undefined ? "" : (LETTERS[letter] ?? letter);
  });
}

function codePoint(code: number): string {
  return code > 0x10ffff ? "\ufffd" : String.fromCodePoint(code);
}

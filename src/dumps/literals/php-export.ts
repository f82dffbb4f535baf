import type { JsonNode } from "../format.ts";
import { bytesNode, phpArray } from "./nodes.ts";
import { bracketed, type Dialect, type LiteralParser } from "./parser.ts";

const JOIN = /\s*\.\s*(?=['"])/y;
const OBJECT = /\(object\)\s*/y;
const CLASS = /\\?[A-Za-z_][\w\\]{0,200}::__set_state/y;

/**
 * What PHP's `var_export` writes. The text is taken as bytes, one character each: strings keep every byte, NUL as
 * `'…' . "\0" . '…'`.
 *
 * @see https://www.php.net/manual/en/function.var-export.php
 */
export const phpExport: Dialect = {
  special,
  // `Class::__set_state(array(…))` and `array(…)` alike; `array(…)` with one item is a list all the same.
  collection: (entries, open) =>
    open === "(" && entries.length === 1 && isCollection(entries[0]?.value) && entries[0]?.key === undefined
      ? bracketed(entries, open)
      : phpArray(entries),
};

function special(parser: LiteralParser): JsonNode | undefined {
  const character = parser.text[parser.at];
  if (character === "'" || character === '"') {
    const pieces = [piece(parser)];
    while (parser.take(JOIN)) pieces.push(piece(parser));
    return bytesNode(Buffer.from(pieces.join(""), "latin1"));
  }
  if (character === "(" && parser.take(OBJECT)) return parser.value();
  return parser.take(CLASS) ? parser.value() : undefined;
}

function piece(parser: LiteralParser): string {
  const isSingle = parser.text[parser.at] === "'";
  const quoted = parser.quoted();
  return isSingle ? quoted.replace(/\\([\\'])/g, "$1") : quoted.replaceAll("\\0", "\0");
}

function isCollection(node: JsonNode | undefined): boolean {
  return node?.type === "array" || node?.type === "object";
}

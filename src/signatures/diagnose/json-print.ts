import type { JsonTree } from "./body.ts";
import { ByteWriter, type Tokens } from "./json-tokens.ts";

/** How a JSON value is built, without its scalars: names, strings, numbers and literals are numbered as they stand. */
export type JsonShape =
  | { kind: "object"; members: { name: number; value: JsonShape }[] }
  | { kind: "array"; items: JsonShape[] }
  | { kind: "scalar"; token: number };

/** The white space of a way to print JSON. */
export interface Spacing {
  /** As a step names it: "compact", "2 spaces a level". */
  name: string;
  /** One level of indentation; null keeps everything on one line. */
  indent: string | null;
  newline: "\n" | "\r\n";
  colon: string;
  /** Between members on one line. */
  comma: string;
  /** What stands inside of brackets that are not empty, on one line: a space in MongoDB's form. */
  padding: string;
  /** Arrays stay on one line, as in Jackson's pretty printer. */
  inlineArrays: boolean;
}

/** White space between the tokens, and what follows the value. */
export interface Layout {
  name: string;
  spacing: Spacing;
  end: "" | "\n" | "\r\n";
}

/** The shape of a parsed value. */
export function shapeOf(tree: JsonTree): JsonShape {
  let tokens = 0;
  const next = (): number => {
    tokens += 1;
    return tokens - 1;
  };
  const shape = (node: JsonTree): JsonShape => {
    if (node.type === "array") return { kind: "array", items: node.items.map(shape) };
    if (node.type !== "object") return { kind: "scalar", token: next() };
    // The name is numbered before the value: object literals are evaluated in order.
    return { kind: "object", members: node.members.map(({ value }) => ({ name: next(), value: shape(value) })) };
  };
  return shape(tree);
}

/** Prints a value in UTF-8. Nothing but white space depends on the layout. */
export function printJson(shape: JsonShape, { spacing, end }: Pick<Layout, "spacing" | "end">, tokens: Tokens): Buffer {
  const out = new ByteWriter(tokens.bytes.length * 2);
  print(shape, { spacing, tokens, out, levels: [] }, spacing.indent === null ? inline : 0);
  out.ascii(end);
  return out.written();
}

/** The level of what stands inside of one line. */
const inline = -1;

interface Printing {
  spacing: Spacing;
  tokens: Tokens;
  out: ByteWriter;
  /** What stands between parts, by the level of the line that their object or array begins on. */
  levels: Between[];
}

/** What stands before the first part of an object or array, between two, and behind the last. */
interface Between {
  first: string;
  comma: string;
  last: string;
}

/** @param level how far the line is indented that the value stands on */
function print(shape: JsonShape, printing: Printing, level: number): void {
  const { spacing, tokens, out } = printing;
  if (shape.kind === "scalar") return out.token(tokens, shape.token);
  const inner = level === inline ? inline : level + 1;
  if (shape.kind === "object") {
    const { members } = shape;
    if (members.length === 0) return out.ascii(spacing.inlineArrays ? "{ }" : "{}");
    const { first, comma, last } = between(printing, level);
    out.ascii("{");
    out.ascii(first);
    for (let index = 0; index < members.length; index += 1) {
      const { name, value } = members[index]!;
      if (index > 0) out.ascii(comma);
      out.token(tokens, name);
      out.ascii(spacing.colon);
      print(value, printing, inner);
    }
    out.ascii(last);
    return out.ascii("}");
  }
  const { items } = shape;
  if (items.length === 0) return out.ascii(spacing.inlineArrays ? "[ ]" : "[]");
  const { first, comma, last } = between(printing, spacing.inlineArrays ? inline : level);
  out.ascii("[");
  out.ascii(first);
  for (let index = 0; index < items.length; index += 1) {
    if (index > 0) out.ascii(comma);
    // Jackson's objects break their lines inside of an inline array too, at the array's own level.
    print(items[index]!, printing, spacing.inlineArrays ? level : inner);
  }
  out.ascii(last);
  out.ascii("]");
}

function between({ spacing, levels }: Printing, level: number): Between {
  return (levels[level + 1] ??= betweenAt(spacing, level));
}

function betweenAt({ indent, newline, comma, padding }: Spacing, level: number): Between {
  if (indent === null) return { first: padding, comma, last: padding };
  if (level === inline) return { first: " ", comma: ", ", last: " " };
  const last = newline + indent.repeat(level);
  return { first: last + indent, comma: `,${last}${indent}`, last };
}

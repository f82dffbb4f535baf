import type { JsonTree } from "./body.ts";

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

/** The numbers of the tokens in the order in which they are printed. */
export function tokenOrder(shape: JsonShape): number[] {
  const order: number[] = [];
  const visit = (node: JsonShape): void => {
    if (node.kind === "scalar") order.push(node.token);
    else if (node.kind === "array") node.items.forEach(visit);
    else {
      for (const { name, value } of node.members) {
        order.push(name);
        visit(value);
      }
    }
  };
  visit(shape);
  return order;
}

/** Prints a value. Nothing but white space depends on the spacing. */
export function printJson(shape: JsonShape, spacing: Spacing, token: (number: number) => string): string {
  return print(shape, spacing, token, spacing.indent === null ? null : spacing.newline);
}

/** @param lineBreak the line end and indentation of the line the value stands on; null inside of one line. */
function print(
  shape: JsonShape,
  spacing: Spacing,
  token: (number: number) => string,
  lineBreak: string | null,
): string {
  if (shape.kind === "scalar") return token(shape.token);
  const inner = lineBreak === null ? null : lineBreak + spacing.indent!;
  if (shape.kind === "object") {
    const members = shape.members.map(
      ({ name, value }) => token(name) + spacing.colon + print(value, spacing, token, inner),
    );
    return enclosed("{", members, "}", spacing, lineBreak);
  }
  // Jackson's objects break their lines inside of an inline array too, at the array's own level.
  const items = shape.items.map((item) => print(item, spacing, token, spacing.inlineArrays ? lineBreak : inner));
  return enclosed("[", items, "]", spacing, spacing.inlineArrays ? null : lineBreak);
}

function enclosed(open: string, parts: string[], close: string, spacing: Spacing, lineBreak: string | null): string {
  if (parts.length === 0) return open + (spacing.inlineArrays ? " " : "") + close;
  if (lineBreak === null) {
    const comma = spacing.indent === null ? spacing.comma : ", ";
    const padding = spacing.indent === null ? spacing.padding : " ";
    return open + padding + parts.join(comma) + padding + close;
  }
  const inner = lineBreak + spacing.indent!;
  return open + inner + parts.join(`,${inner}`) + lineBreak + close;
}

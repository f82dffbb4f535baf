import type { JsonNode } from "../format.ts";
import { withoutWhite } from "../white.ts";
import { literal, nameOf, plainNode } from "./nodes.ts";
import { none, YamlValues } from "./values.ts";

/** Deeper values are refused. */
export const MAX_DEPTH = 64;
const PLAIN_IN_FLOW = /(?:[^,[\]{}:#]|:(?![ \t,[\]{}]|$)|(?<![ \t])#)+/y;

export type Members = { name: string; value: JsonNode }[];

/** Reads collections in brackets. */
export class YamlFlow extends YamlValues {
  /** `[a, "b"]` and `{a: b}`, which may run over several lines. */
  protected flow(column: number, depth: number): { node: JsonNode; column: number } {
    if (depth > MAX_DEPTH) throw this.broken(`nested deeper than ${MAX_DEPTH} levels`);
    const isMap = this.line().charAt(column) === "{";
    const members: Members = [];
    const items: JsonNode[] = [];
    let at = this.flowToken(column + 1);
    while (!isClosing(this.line().charAt(at))) {
      const item = this.flowItem(at, depth);
      at = this.flowToken(item.column);
      if (isMap) {
        let value: JsonNode = literal(null);
        if (this.line().charAt(at) === ":") {
          const found = this.flowItem(this.flowToken(at + 1), depth);
          value = found.node;
          at = this.flowToken(found.column);
        }
        members.push({ name: nameOf(item.node), value });
      } else items.push(item.node);
      const next = this.line().charAt(at);
      if (next === ",") at = this.flowToken(at + 1);
      else if (!isClosing(next)) throw this.broken('expected "," or a closing bracket');
    }
    const node: JsonNode = isMap
      ? { type: "object", members, start: 0, end: 0 }
      : { type: "array", items, start: 0, end: 0 };
    return { node, column: at + 1 };
  }

  private flowItem(column: number, depth: number): { node: JsonNode; column: number } {
    const { properties, column: start } = this.properties(column, none);
    const line = this.line();
    const first = line.charAt(start);
    if (first === "[" || first === "{") {
      const found = this.flow(start, depth + 1);
      return { node: this.collection(properties, found.node), column: found.column };
    }
    if (first === '"' || first === "'") {
      const quoted = this.quoted(start);
      return { node: this.scalar(properties, quoted.text), column: quoted.column };
    }
    PLAIN_IN_FLOW.lastIndex = start;
    const text = PLAIN_IN_FLOW.exec(line)?.[0] ?? "";
    if (text === "") throw this.broken("expected a value");
    const node = text.startsWith("*") ? this.alias(withoutWhite(text.slice(1))) : plainNode(withoutWhite(text));
    return { node, column: start + text.length };
  }

  /** The column of the next token, on this line or a later one. */
  private flowToken(from: number): number {
    let column = from;
    for (;;) {
      const line = this.line();
      const start = this.textFrom(column);
      if (start < line.length && line[start] !== "#") return start;
      this.at += 1;
      column = 0;
      if (this.at >= this.lines.length) throw this.broken("a bracket is opened and never closed");
    }
  }
}

function isClosing(character: string): boolean {
  return character === "]" || character === "}";
}

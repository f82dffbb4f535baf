import type { JsonNode } from "../format.ts";
import { withoutWhite } from "../white.ts";
import { MAX_DEPTH, YamlFlow, type Members } from "./flow.ts";
import { literal, plainNode, withoutComment } from "./nodes.ts";
import { blockHeader, blockText, foldPlain, type BlockHeader } from "./scalars.ts";
import { none, type Properties } from "./values.ts";

/**
 * Reads YAML as Ruby's Psych and JavaScript's `yaml` write recordings and collections: block and flow collections, every
 * style of scalar, anchors on scalars. Tags other than `!binary` and those of plain types are refused, and so are
 * aliases of collections: neither makes an object, and none grows. `!binary` is a string of one character a byte, with
 * the bytes as its reading.
 *
 * Written by hand because `yaml` ends the process on a megabyte of `- - - -`, and takes seconds for one of `[`.
 *
 * @throws TelepathError `BROKEN_DUMP` with the line.
 */
export function parseYaml(text: string): JsonNode {
  return new YamlReader(text).document();
}

/** Reads collections that are told by their indentation. */
class YamlReader extends YamlFlow {
  document(): JsonNode {
    while (/^(?:%|---[ \t]*(?:#|$)|[ \t]*(?:#|$))/.test(this.line()) && this.at < this.lines.length) this.at += 1;
    if (this.line().startsWith("--- ")) this.lines[this.at] = `    ${this.line().slice(4)}`;
    const node = this.block(-1, 1, none);
    this.skipEmpty();
    if (this.at < this.lines.length && !/^(?:\.\.\.|---)/.test(this.line())) throw this.broken("expected the end");
    return node;
  }

  /** The node on the next lines, which stand further right than `parent`. */
  private block(parent: number, depth: number, before: Properties): JsonNode {
    this.skipEmpty();
    const indent = this.indent();
    if (indent <= parent || this.at >= this.lines.length || this.isMarker()) return this.done(before, literal(null));
    if (depth > MAX_DEPTH) throw this.broken(`nested deeper than ${MAX_DEPTH} levels`);
    if (this.isItem(indent)) return this.collection(before, this.sequence(indent, depth));
    if (this.keyAt(indent) !== undefined) return this.collection(before, this.mapping(indent, depth));
    return this.value(indent, parent, depth, before);
  }

  private sequence(indent: number, depth: number): JsonNode {
    const items: JsonNode[] = [];
    while (this.isAt(indent) && this.isItem(indent)) {
      // What follows the dash is a node of its own, as far right as it stands.
      const rest = this.line().slice(indent + 1);
      this.lines[this.at] = " ".repeat(indent + 1) + rest;
      const start = this.textFrom(indent + 1);
      const isScalar =
        start < this.line().length && !/^[-#]/.test(this.line().charAt(start)) && this.keyAt(start) === undefined;
      items.push(isScalar ? this.value(start, indent, depth + 1, none) : this.block(indent, depth + 1, none));
      this.skipEmpty();
    }
    return { type: "array", items, start: 0, end: 0 };
  }

  private mapping(indent: number, depth: number): JsonNode {
    const members: Members = [];
    while (this.isAt(indent)) {
      const key = this.keyAt(indent);
      if (key === undefined) throw this.broken('expected "key: value"');
      members.push({ name: key.name, value: this.value(this.textFrom(key.end), indent, depth + 1, none) });
      this.skipEmpty();
    }
    return { type: "object", members, start: 0, end: 0 };
  }

  /** A value that starts on this line, or with nothing there on the next ones. */
  private value(column: number, parent: number, depth: number, before: Properties): JsonNode {
    const { properties, column: start } = this.properties(column, before);
    const rest = this.line().slice(start);
    const header = blockHeader(rest);
    if (rest === "" || rest.startsWith("#")) {
      this.at += 1;
      this.skipEmpty();
      // A list may stand below its key without more indentation.
      const isList = this.indent() === parent && this.isItem(parent);
      return this.block(isList ? parent - 1 : parent, depth, properties);
    }
    if (header) return this.scalar(properties, this.blockScalar(header, parent));
    if (/^["']/.test(rest)) {
      const quoted = this.quoted(start);
      this.endLine(quoted.column);
      return this.scalar(properties, quoted.text);
    }
    if (/^[[{]/.test(rest)) {
      const { node, column: end } = this.flow(start, depth);
      this.endLine(end);
      return this.collection(properties, node);
    }
    if (rest.startsWith("*")) {
      this.at += 1;
      return this.alias(withoutWhite(rest.slice(1)));
    }
    return this.plain(properties, start, parent);
  }

  private plain(properties: Properties, column: number, parent: number): JsonNode {
    const lines = [withoutWhite(withoutComment(this.line().slice(column)))];
    this.at += 1;
    while (
      this.at < this.lines.length &&
      (this.textFrom(0) === this.line().length || this.indent() > parent) &&
      !this.isMarker()
    ) {
      if (this.line().startsWith("#", this.textFrom(0))) break;
      lines.push(withoutWhite(withoutComment(this.line())));
      this.at += 1;
    }
    const text = foldPlain(lines);
    return properties.tag === undefined ? this.done(properties, plainNode(text)) : this.scalar(properties, text);
  }

  private blockScalar(header: BlockHeader, parent: number): string {
    const lines: string[] = [];
    let indent = header.indent === null ? null : Math.max(parent, 0) + header.indent;
    this.at += 1;
    for (; this.at < this.lines.length; this.at += 1) {
      const line = this.line();
      const own = this.indent();
      const isEmpty = own === line.length;
      if (isEmpty && own <= (indent ?? Infinity)) lines.push("");
      else {
        if (own <= parent) break;
        indent ??= own;
        if (own < indent) break;
        lines.push(line.slice(indent));
      }
    }
    // The last of split's pieces is no line.
    if (this.at >= this.lines.length && lines.at(-1) === "") lines.pop();
    return blockText(header, lines);
  }
}

import type { JsonNode } from "../format.ts";
import { fromBase64 } from "../values/bodies.ts";
import {
  BINARY_TAGS,
  KNOWN_TAGS,
  literal,
  nameOf,
  PLAIN_TAGS,
  plainNode,
  refusal,
  string,
  STRING_TAGS,
  withoutComment,
} from "./nodes.ts";
import { blockHeader, blockText, brokenYaml, foldPlain, readQuoted, type BlockHeader, type Quoted } from "./scalars.ts";

/** Deeper values are refused. */
const MAX_DEPTH = 64;
const MAX_ALIASES = 10_000;

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

type Members = { name: string; value: JsonNode }[];

/** What may stand before a value. */
interface Properties {
  tag: string | undefined;
  anchor: string | undefined;
}

const KEY = /[^\s#&*!|>'"%@`{}[\],?:-][^]*?(?=:(?:[ \t]|$))|[?:-](?=\S)[^]*?(?=:(?:[ \t]|$))/y;
const PROPERTY = /(?:!(?:<[^>\s]*>|[^\s,[\]{}]*)|&[^\s,[\]{}]+)(?=[ \t]|$)[ \t]*/y;

class YamlReader {
  private readonly lines: string[];
  private at = 0;
  private aliases = 0;
  private readonly anchors = new Map<string, JsonNode>();

  constructor(text: string) {
    this.lines = text.split(/\r?\n/);
  }

  document(): JsonNode {
    while (/^(?:%|---[ \t]*(?:#|$)|[ \t]*(?:#|$))/.test(this.line()) && this.at < this.lines.length) this.at += 1;
    if (this.line().startsWith("--- ")) this.lines[this.at] = `    ${this.line().slice(4)}`;
    const node = this.block(-1, 1, { tag: undefined, anchor: undefined });
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
    if (/^-(?:[ \t]|$)/.test(this.line().slice(indent, indent + 2)))
      return this.collection(before, this.sequence(indent, depth));
    if (this.keyAt(indent) !== undefined) return this.collection(before, this.mapping(indent, depth));
    return this.value(indent, parent, depth, before);
  }

  private sequence(indent: number, depth: number): JsonNode {
    const items: JsonNode[] = [];
    while (this.isAt(indent) && /^-(?:[ \t]|$)/.test(this.line().slice(indent, indent + 2))) {
      // What follows the dash is a node of its own, as far right as it stands.
      const rest = this.line().slice(indent + 1);
      this.lines[this.at] = " ".repeat(indent + 1) + rest;
      const start = indent + 1 + (rest.length - rest.trimStart().length);
      const isScalar = rest.trim() !== "" && !/^[-#]/.test(rest.trim()) && this.keyAt(start) === undefined;
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
      const rest = this.line().slice(key.end);
      const start = key.end + (rest.length - rest.trimStart().length);
      members.push({ name: key.name, value: this.value(start, indent, depth + 1, none) });
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
      const isList = this.indent() === parent && /^-(?:[ \t]|$)/.test(this.line().slice(parent, parent + 2));
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
      return this.alias(rest.slice(1).trim());
    }
    return this.plain(properties, start, parent);
  }

  private quoted(column: number): Quoted {
    const quoted = readQuoted(this.lines, this.at, column);
    if (quoted === undefined) throw this.broken(`the quote ${this.line().charAt(column)} is opened and never closed`);
    this.at = quoted.line;
    return quoted;
  }

  private plain(properties: Properties, column: number, parent: number): JsonNode {
    const lines = [withoutComment(this.line().slice(column)).trim()];
    this.at += 1;
    while (this.at < this.lines.length && (this.line().trim() === "" || this.indent() > parent) && !this.isMarker()) {
      if (this.line().trimStart().startsWith("#")) break;
      lines.push(withoutComment(this.line()).trim());
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

  /** `[a, "b"]` and `{a: b}`, which may run over several lines. */
  private flow(column: number, depth: number): { node: JsonNode; column: number } {
    if (depth > MAX_DEPTH) throw this.broken(`nested deeper than ${MAX_DEPTH} levels`);
    const isMap = this.line().charAt(column) === "{";
    const members: Members = [];
    const items: JsonNode[] = [];
    let at = this.flowToken(column + 1);
    while (!/[\]}]/.test(this.line().charAt(at))) {
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
      else if (!/[\]}]/.test(next)) throw this.broken('expected "," or a closing bracket');
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
    const node = text.startsWith("*") ? this.alias(text.slice(1).trim()) : plainNode(text.trim());
    return { node, column: start + text.length };
  }

  /** The column of the next token, on this line or a later one. */
  private flowToken(from: number): number {
    let column = from;
    for (;;) {
      const rest = this.line().slice(column);
      const start = rest.trimStart();
      if (start !== "" && !start.startsWith("#")) return column + rest.length - start.length;
      this.at += 1;
      column = 0;
      if (this.at >= this.lines.length) throw this.broken("a bracket is opened and never closed");
    }
  }

  private properties(column: number, before: Properties): { properties: Properties; column: number } {
    let { tag, anchor } = before;
    let at = column;
    for (;;) {
      PROPERTY.lastIndex = at;
      const found = PROPERTY.exec(this.line())?.[0];
      if (found === undefined) return { properties: { tag, anchor }, column: at };
      if (found.startsWith("&")) anchor = found.trim().slice(1);
      else tag = found.trim().replace(/^!<(.*)>$/, "$1");
      if (tag !== undefined && !KNOWN_TAGS.has(tag)) throw this.broken(refusal(tag));
      at += found.length;
    }
  }

  private scalar(properties: Properties, text: string): JsonNode {
    const { tag } = properties;
    const node = string(text);
    if (tag !== undefined && BINARY_TAGS.has(tag)) return this.done(properties, this.binary(text));
    if (tag === undefined || STRING_TAGS.has(tag)) return this.done(properties, node);
    return this.collection(properties, PLAIN_TAGS.has(tag) ? plainNode(text) : node);
  }

  private binary(base64: string): JsonNode {
    const bytes = fromBase64(base64.replace(/[ \t]/g, ""), true);
    if (bytes === undefined) throw this.broken("!binary is not followed by base64");
    return { ...string(bytes.toString("latin1")), reading: { held: "bytes", bytes } };
  }

  private collection(properties: Properties, node: JsonNode): JsonNode {
    const { tag } = properties;
    if (tag !== undefined && !PLAIN_TAGS.has(tag)) throw this.broken(refusal(tag));
    return this.done(properties, node);
  }

  private done({ anchor }: Properties, node: JsonNode): JsonNode {
    if (anchor !== undefined) this.anchors.set(anchor, node);
    return node;
  }

  private alias(name: string): JsonNode {
    const node = this.anchors.get(withoutComment(name).trim());
    this.aliases += 1;
    if (this.aliases > MAX_ALIASES) throw this.broken(`more than ${MAX_ALIASES} aliases`);
    if (node === undefined) throw this.broken("an alias without its anchor");
    if (node.type === "array" || node.type === "object")
      throw this.broken("aliases of lists and mappings are not read");
    return node;
  }

  /** The key that starts at a column of this line, and the column after its colon. */
  private keyAt(column: number): { name: string; end: number } | undefined {
    const line = this.line();
    if (/["']/.test(line.charAt(column))) {
      const quoted = readQuoted([line], 0, column);
      const colon = quoted && /^[ \t]*:(?=[ \t]|$)/.exec(line.slice(quoted.column))?.[0];
      return quoted && colon !== undefined
        ? { name: quoted.text, end: quoted.column + (colon?.length ?? 0) }
        : undefined;
    }
    KEY.lastIndex = column;
    const name = KEY.exec(line)?.[0];
    // A comment, or a value that only looks like a key.
    if (name === undefined || / #/.test(name)) return undefined;
    return { name: name.trimEnd(), end: column + name.length + 1 };
  }

  /** Nothing but a comment may follow. */
  private endLine(column: number): void {
    if (!/^[ \t]*(?:#.*)?$/.test(this.line().slice(column))) throw this.broken("expected the end of the line");
    this.at += 1;
  }

  private isAt(indent: number): boolean {
    if (this.at >= this.lines.length || this.isMarker() || this.indent() < indent) return false;
    if (this.indent() > indent) throw this.broken("stands too far right");
    return true;
  }

  /** `---` or `...`, between documents. */
  private isMarker(): boolean {
    return /^(?:---|\.\.\.)(?:[ \t]|$)/.test(this.line().slice(0, 4));
  }

  private skipEmpty(): void {
    while (this.at < this.lines.length && /^[ \t]*(?:#|$)/.test(this.line())) this.at += 1;
  }

  private indent(): number {
    const line = this.line();
    let column = 0;
    while (line.charCodeAt(column) === 0x20) column += 1;
    return column;
  }

  private line(): string {
    return this.lines[this.at] ?? "";
  }

  private broken(what: string): Error {
    return brokenYaml(this.at, what);
  }
}

const none: Properties = { tag: undefined, anchor: undefined };
const PLAIN_IN_FLOW = /(?:[^,[\]{}:#]|:(?![ \t,[\]{}]|$)|(?<![ \t])#)+/y;

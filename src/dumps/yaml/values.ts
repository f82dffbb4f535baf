import type { JsonNode } from "../format.ts";
import { fromBase64 } from "../values/bodies.ts";
import { withoutWhite, withoutWhiteEnd } from "../white.ts";
import { YamlLines } from "./lines.ts";
import {
  BINARY_TAGS,
  KNOWN_TAGS,
  PLAIN_TAGS,
  plainNode,
  refusal,
  string,
  STRING_TAGS,
  withoutComment,
} from "./nodes.ts";

const MAX_ALIASES = 10_000;
const PROPERTY = /(?:!(?:<[^> \t]*>|[^ \t,[\]{}]*)|&[^ \t,[\]{}]+)(?=[ \t]|$)[ \t]*/y;

/** What may stand before a value. */
export interface Properties {
  tag: string | undefined;
  anchor: string | undefined;
}

export const none: Properties = { tag: undefined, anchor: undefined };

/** Makes nodes of what is read: tags say what a scalar is, anchors and aliases repeat it. */
export class YamlValues extends YamlLines {
  private aliases = 0;
  private readonly anchors = new Map<string, JsonNode>();

  protected properties(column: number, before: Properties): { properties: Properties; column: number } {
    const first = this.line().charCodeAt(column);
    if (first !== 0x21 && first !== 0x26) return { properties: before, column };
    let { tag, anchor } = before;
    let at = column;
    for (;;) {
      PROPERTY.lastIndex = at;
      const found = PROPERTY.exec(this.line())?.[0];
      if (found === undefined) return { properties: { tag, anchor }, column: at };
      if (found.startsWith("&")) anchor = withoutWhiteEnd(found).slice(1);
      else tag = withoutWhiteEnd(found).replace(/^!<(.*)>$/, "$1");
      if (tag !== undefined && !KNOWN_TAGS.has(tag)) throw this.broken(refusal(tag));
      at += found.length;
    }
  }

  protected scalar(properties: Properties, text: string): JsonNode {
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

  protected collection(properties: Properties, node: JsonNode): JsonNode {
    const { tag } = properties;
    if (tag !== undefined && !PLAIN_TAGS.has(tag)) throw this.broken(refusal(tag));
    return this.done(properties, node);
  }

  protected done({ anchor }: Properties, node: JsonNode): JsonNode {
    if (anchor !== undefined) this.anchors.set(anchor, node);
    return node;
  }

  protected alias(name: string): JsonNode {
    const node = this.anchors.get(withoutWhite(withoutComment(name)));
    this.aliases += 1;
    if (this.aliases > MAX_ALIASES) throw this.broken(`more than ${MAX_ALIASES} aliases`);
    if (node === undefined) throw this.broken("an alias without its anchor");
    if (node.type === "array" || node.type === "object")
      throw this.broken("aliases of lists and mappings are not read");
    return node;
  }
}

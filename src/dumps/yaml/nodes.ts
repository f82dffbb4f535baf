import type { JsonNode } from "../format.ts";

/** Tags that make a scalar a string. */
export const STRING_TAGS = new Set(["!", "!!str", "!str", "tag:yaml.org,2002:str"]);
/** Tags of base64. */
export const BINARY_TAGS = new Set(["!binary", "!!binary", "tag:yaml.org,2002:binary"]);
/** Tags of what a value is without any. */
export const PLAIN_TAGS = new Set(["!!map", "!!seq", "!!int", "!!float", "!!bool", "!!null"]);
/** All that are read. */
export const KNOWN_TAGS = new Set([...STRING_TAGS, ...BINARY_TAGS, ...PLAIN_TAGS]);
const NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;

/** Why a tag is refused. */
export function refusal(tag: string): string {
  return `the tag ${tag.slice(0, 60)} is not read: only !binary is`;
}

/** A line up to its comment. */
export function withoutComment(text: string): string {
  const at = text.search(/(?:^|[ \t])#/);
  return at === -1 ? text : text.slice(0, at);
}

/** A scalar without quotes: null, a boolean, a number as written, or a string. */
export function plainNode(text: string): JsonNode {
  if (/^(?:|~|null|Null|NULL)$/.test(text)) return literal(null);
  if (/^(?:true|True|TRUE)$/.test(text)) return literal(true);
  if (/^(?:false|False|FALSE)$/.test(text)) return literal(false);
  return NUMBER.test(text) ? { type: "number", raw: text, start: 0, end: 0 } : string(text);
}

/** A node for null or a boolean. */
export function literal(value: boolean | null): JsonNode {
  return { type: "literal", value, start: 0, end: 0 };
}

/** A node for a string. */
export function string(value: string): Extract<JsonNode, { type: "string" }> {
  return { type: "string", value, start: 0, end: 0 };
}

/** A node as the name of a member. */
export function nameOf(node: JsonNode): string {
  return node.type === "string" ? node.value : node.type === "number" ? node.raw : "";
}

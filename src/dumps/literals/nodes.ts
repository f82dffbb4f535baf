import type { JsonNode, Source } from "../format.ts";
import type { Reading } from "../readings.ts";

/** One entry of a list or a dictionary, its key undefined in a list. */
export interface Entry {
  key: string | undefined;
  value: JsonNode;
}

const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const WORDS = new Map<string, boolean | null>(
  Object.entries({ true: true, false: false, null: null, nil: null, none: null, undefined: null }),
);

/** A string, with the way to read it as a body when its form tells more than that it is text. */
export function textNode(value: string, reading?: Reading): JsonNode {
  if (reading === undefined) return { type: "string", value, start: 0, end: 0 };
  return { type: "string", value, start: 0, end: 0, reading };
}

/** A string that is known to the byte. */
export function bytesNode(bytes: Buffer, cut?: Reading["cut"]): JsonNode {
  return textNode(bytes.toString("utf8"), { held: "bytes", bytes, ...(cut && { cut }) });
}

/** What a word without quotes stands for: a number, a truth value, nothing, or else itself. */
export function wordNode(word: string): JsonNode {
  if (JSON_NUMBER.test(word)) return { type: "number", raw: word, start: 0, end: 0 };
  const value = WORDS.get(word.toLowerCase());
  return value === undefined ? textNode(word) : { type: "literal", value, start: 0, end: 0 };
}

/** A list of items, or a dictionary as soon as one of them has a key. */
export function collectionNode(entries: readonly Entry[], whenEmpty: "array" | "object"): JsonNode {
  const isList = entries.length === 0 ? whenEmpty === "array" : entries.every(({ key }) => key === undefined);
  if (isList) return { type: "array", items: entries.map(({ value }) => value), start: 0, end: 0 };
  const members = entries.map(({ key, value }, index) => ({ name: key ?? String(index), value }));
  return { type: "object", members, start: 0, end: 0 };
}

/** The same with PHP's keys: 0, 1, 2, … make a list. */
export function phpArray(entries: readonly Entry[]): JsonNode {
  const isList = entries.every(({ key }, index) => key === undefined || key === String(index));
  return collectionNode(isList ? entries.map(({ value }) => ({ key: undefined, value })) : entries, "array");
}

/**
 * A printed value with its compact JSON, which is what a parsed body is compared by. Printed when it is asked for, since
 * most bodies are strings; that sets where each node starts and ends in it, as the readers of JSON expect it.
 */
export class PrintedSource implements Source {
  private readonly root: JsonNode;
  private json: string | undefined;

  constructor(root: JsonNode) {
    this.root = root;
  }

  get text(): string {
    this.json ??= printed(this.root, "");
    return this.json;
  }
}

/** What stands before a value, and the value. */
function printed(node: JsonNode, before: string): string {
  node.start = before.length;
  let text = before;
  if (node.type === "string") text += JSON.stringify(node.value);
  else if (node.type === "number") text += node.raw;
  else if (node.type === "literal") text += String(node.value);
  else if (node.type === "array") {
    text += "[";
    for (const [at, item] of node.items.entries()) text = printed(item, at === 0 ? text : `${text},`);
    text += "]";
  } else {
    text += "{";
    for (const [at, member] of node.members.entries()) {
      const comma = at === 0 ? "" : ",";
      text = printed(member.value, `${text}${comma}${JSON.stringify(member.name)}:`);
    }
    text += "}";
  }
  node.end = text.length;
  return text;
}

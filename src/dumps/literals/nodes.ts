import type { JsonNode } from "../format.ts";
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
 * The value as compact JSON, which is what a parsed body is compared by. Sets where each node starts and ends in that
 * text, as the readers of JSON expect it.
 */
export function printedAsJson(root: JsonNode): string {
  let text = "";
  const print = (node: JsonNode): void => {
    node.start = text.length;
    if (node.type === "string") text += JSON.stringify(node.value);
    if (node.type === "number") text += node.raw;
    if (node.type === "literal") text += String(node.value);
    if (node.type === "array") {
      for (const [index, item] of node.items.entries()) {
        text += index === 0 ? "[" : ",";
        print(item);
      }
      text += node.items.length === 0 ? "[]" : "]";
    }
    if (node.type === "object") {
      for (const [index, { name, value }] of node.members.entries()) {
        text += `${index === 0 ? "{" : ","}${JSON.stringify(name)}:`;
        print(value);
      }
      text += node.members.length === 0 ? "{}" : "}";
    }
    node.end = text.length;
  };
  print(root);
  return text;
}

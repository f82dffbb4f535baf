import { TelepathError } from "../model/errors.ts";
import type { JsonNode } from "./format.ts";
import { JsonParser } from "./json-parser.ts";

/**
 * Strict JSON (RFC 8259) without loss: numbers stay as written, members keep their order and their repetitions, and
 * every node knows where it stood, in UTF-16 units of `text`. Takes time in proportion to the text.
 *
 * @throws TelepathError `BROKEN_JSON` with line and column; also for what is too deep or has too many values.
 */
export function parseJson(text: string): JsonNode {
  return new JsonParser(text).document();
}

/** The tree of a text that is JSON, and undefined for any other. */
export function tryParseJson(text: string): JsonNode | undefined {
  if (!START.test(text)) return undefined;
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof TelepathError) return undefined;
    throw error;
  }
}

/** Whether a text is JSON, without keeping what it says. */
export function isJson(text: string): boolean {
  if (!START.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The value of a text as `JSON.parse` makes it, with what that loses; undefined when the text is not JSON. */
export function jsonValue(text: string): unknown {
  if (!START.test(text)) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** A member's value: of members with the same name the last, as `JSON.parse` reads them. Other nodes have none. */
export function member(node: JsonNode | undefined, name: string): JsonNode | undefined {
  if (node?.type !== "object") return undefined;
  const { members } = node;
  for (let index = members.length - 1; index >= 0; index -= 1) {
    if (members[index]!.name === name) return members[index]!.value;
  }
  return undefined;
}

/** The node at the end of a path of member names. */
export function memberAt(node: JsonNode | undefined, ...path: string[]): JsonNode | undefined {
  return path.reduce(member, node);
}

/** The value of a string node; undefined for any other. */
export function stringOf(node: JsonNode | undefined): string | undefined {
  return node?.type === "string" ? node.value : undefined;
}

/** A node that is a count of something: a whole number from 0. Undefined for any other. */
export function countOf(node: JsonNode | undefined): number | undefined {
  return node?.type === "number" && /^\d{1,15}$/.test(node.raw) ? Number(node.raw) : undefined;
}

/** The items of an array node; none for any other. */
export function itemsOf(node: JsonNode | undefined): readonly JsonNode[] {
  return node?.type === "array" ? node.items : NONE;
}

/** Most of what is no JSON does not even start as JSON does. */
const START = /^[ \t\r\n]*(?:\{[ \t\r\n]*["}]|\[[ \t\r\n]*[\]["{\d\-tfn]|["\d\-tfn])/;
const NONE: readonly JsonNode[] = [];

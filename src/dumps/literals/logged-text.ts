import type { JsonNode } from "../format.ts";
import { maxJsonDepth } from "../json-parser.ts";
import { jsonValue, tryParseJson } from "../json.ts";
import type { Reading } from "../readings.ts";
import { textNode } from "./nodes.ts";

/**
 * A body that was logged as text. JSON that is just as `JSON.stringify` writes it may be a parsed body printed again,
 * which can have the length of the one sent and other digits in a long number; other text was never parsed.
 */
export function loggedText(bytes: Buffer): JsonNode {
  const text = bytes.toString("utf8");
  const held: Reading["held"] = mayBePrinted(text) ? "value" : "text";
  return textNode(text, { held, bytes });
}

function mayBePrinted(text: string): boolean {
  // No printer of JSON wrote what is not UTF-8, and what was put in its place says that it was text.
  if (text.includes("\ufffd")) return false;
  // The built-in printer recurses: what is nested too deep, as only a long text can be, is kept from it.
  if (text.length > maxJsonDepth && tryParseJson(text) === undefined) return false;
  const value = jsonValue(text);
  if (value === undefined) return false;
  if (JSON.stringify(value) === text) return true;
  return text.includes("\n") && [2, 4, "\t"].some((indent) => JSON.stringify(value, null, indent) === text);
}

import { isUtf8 } from "node:buffer";
import type { JsonNode } from "../../dumps/format.ts";
import { tryParseJson } from "../../dumps/json.ts";
import { countText, safeLines } from "./text.ts";

/** More binary than this says nothing to a reader. */
const mostHexBytes = 4096;

/**
 * A body for a terminal: JSON indented (with its numbers and strings as written), other text as it is, and the first
 * 4 KB of anything else in hex. Empty for an empty body; no line end at the end.
 */
export function bodyText(body: Uint8Array): string {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (!isUtf8(bytes) || bytes.includes(0)) return hexText(bytes);
  const text = bytes.toString("utf8");
  const json = tryParseJson(text);
  return safeLines(json ? indented(json, text, "") : text.replace(/\n$/, ""));
}

function indented(node: JsonNode, text: string, margin: string): string {
  const inner = `${margin}  `;
  if (node.type === "object" && node.members.length > 0) {
    const members = node.members.map(
      ({ name, value }) => `${inner}${JSON.stringify(name)}: ${indented(value, text, inner)}`,
    );
    return `{\n${members.join(",\n")}\n${margin}}`;
  }
  if (node.type === "array" && node.items.length > 0) {
    return `[\n${node.items.map((item) => inner + indented(item, text, inner)).join(",\n")}\n${margin}]`;
  }
  if (node.type === "object") return "{}";
  return node.type === "array" ? "[]" : text.slice(node.start, node.end);
}

function hexText(bytes: Buffer): string {
  const lines: string[] = [];
  for (let at = 0; at < Math.min(bytes.length, mostHexBytes); at += 16) {
    const row = bytes.subarray(at, Math.min(at + 16, mostHexBytes));
    const hex = row.toString("hex").replace(/../g, "$& ").padEnd(48);
    const characters = row.toString("latin1").replace(/[^ -~]/g, ".");
    lines.push(`${at.toString(16).padStart(8, "0")}  ${hex} ${characters}`);
  }
  const rest = bytes.length - mostHexBytes;
  if (rest > 0) lines.push(`… and ${countText(rest)} bytes more; show --body gives all`);
  return lines.join("\n");
}

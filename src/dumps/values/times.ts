import type { JsonNode } from "../format.ts";
import { stringOf } from "../json.ts";

/** When a request was sent or received, from a member that holds ISO 8601; nothing for any other. */
export function startedAtOf(node: JsonNode | undefined): { startedAt?: number } {
  const text = stringOf(node) ?? "";
  const time = /^\d{4}-\d{2}-\d{2}T/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) || time <= 0 ? {} : { startedAt: time };
}

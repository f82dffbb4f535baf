import type { JsonNode } from "../format.ts";
import { member, stringOf } from "../json.ts";
import type { Reading } from "../readings.ts";

/**
 * The body of a form whose fields a dump lists as `{name, value}` or `{key, value}`, as it may have been encoded: as it
 * stands, with `+` for spaces, with `%20`. None without fields.
 */
export function formReadings(fields: readonly JsonNode[]): Reading[] {
  const pairs = fields.map((field) => [
    stringOf(member(field, "name") ?? member(field, "key")) ?? "",
    stringOf(member(field, "value")) ?? "",
  ]);
  if (pairs.length === 0) return [];
  const join = (encode: (text: string) => string): string => pairs.map((pair) => pair.map(encode).join("=")).join("&");
  const percent = (text: string): string => encodeURIComponent(Buffer.from(text).toString());
  const bodies = [join((text) => text), join((text) => percent(text).replaceAll("%20", "+")), join(percent)];
  return bodies.map((body) => ({ held: "value", bytes: Buffer.from(body) }));
}

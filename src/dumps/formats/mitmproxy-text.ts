import { TelepathError } from "../../model/errors.ts";
import type { DumpFormat, JsonNode } from "../format.ts";
import { member, parseJson, stringOf } from "../json.ts";
import { settleBody } from "../readings.ts";
import { stringReadings } from "../values/bodies.ts";

/** `{"text": …}` alone, as a script writes `flow.request.get_text()`: a body that was decoded, without its headers. */
export const mitmproxyText: DumpFormat = {
  name: "mitmproxy-text",
  description: 'a body alone as JSON: {"text": "…"}, as a mitmproxy script writes get_text()',

  recognizes({ json }) {
    return textIn(json) !== undefined;
  },

  parse(dump) {
    const text = textIn(dump.json ?? parseJson(dump.text));
    if (text === undefined) throw new TelepathError("BROKEN_DUMP", 'it is not an object with "text" alone');
    const settled = settleBody(stringReadings(text, "text"), null);
    const note =
      "There are no headers in it, so no signature: give it with --signature, or save the flow (mitmdump -w).";
    return [{ method: null, target: null, headers: [], ...settled, notes: [...settled.notes, note] }];
  },
};

function textIn(node: JsonNode | undefined): string | undefined {
  const isAlone = node?.type === "object" && node.members.length === 1;
  return isAlone ? stringOf(member(node, "text")) : undefined;
}

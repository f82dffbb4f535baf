import type { JsonNode } from "../format.ts";
import { countOf, member, stringOf } from "../json.ts";
import { namesSignature } from "../values/names.ts";
import { producerFormat } from "../values/producer.ts";

/**
 * smee.io's events, as its stream sends them and as its page copies them: headers, body, query and time in one object.
 * The body is parsed, so what is left of it is what `JSON.stringify` makes of the value.
 *
 * @see https://github.com/probot/smee.io
 */
export const smee = producerFormat({
  name: "smee",
  description: "smee.io: its stream of events, or a payload copied from its page",
  marks: ["timestamp"],
  isRecord: (node) =>
    member(node, "body") !== undefined &&
    countOf(member(node, "timestamp")) !== undefined &&
    (stringOf(member(node, "host")) !== undefined || hasSignature(node)),
  advice: {
    reserialised:
      "smee parses the body and keeps nothing else: use a tunnel, or log the body in the receiver before it is parsed.",
  },
});

function hasSignature(node: JsonNode): boolean {
  return node.type === "object" && node.members.some(({ name }) => namesSignature(name));
}

import type { DumpedRequest } from "../../model/dump.ts";
import type { JsonNode, Source } from "../format.ts";
import { member, memberAt, stringOf } from "../json.ts";
import { announcedBytes, settleBody } from "../readings.ts";
import { stringReadings } from "../values/bodies.ts";
import { headersIn } from "../values/headers.ts";
import { producerFormat } from "../values/producer.ts";

/**
 * What `stripe listen` prints with `--format json`, and what it gets on its socket. It prints each event decoded and
 * written anew by Go: members sorted, `<` as `\u003c`, numbers through float64.
 *
 * @see https://github.com/stripe/stripe-cli
 */
export const stripe = producerFormat({
  name: "stripe",
  description: "stripe listen --format json, and the messages of its socket",
  marks: ["livemode", "event_payload"],
  isRecord: (node) => isEvent(node) || stringOf(member(node, "event_payload")) !== undefined,
  read,
  advice: {
    reserialised: "stripe listen prints events written anew and without headers: log both in the receiver.",
  },
});

function isEvent(node: JsonNode): boolean {
  return (
    stringOf(member(node, "object")) === "event" &&
    memberAt(node, "data", "object") !== undefined &&
    member(node, "livemode") !== undefined
  );
}

function read(record: JsonNode, document: Source): DumpedRequest[] {
  const payload = stringOf(member(record, "event_payload"));
  const headers = headersIn(member(record, "http_headers")) ?? [];
  const readings =
    payload === undefined
      ? [{ held: "value" as const, bytes: Buffer.from(document.text.slice(record.start, record.end)) }]
      : stringReadings(payload, "text");
  return [{ method: "POST", target: null, headers, ...settleBody(readings, announcedBytes(headers)) }];
}

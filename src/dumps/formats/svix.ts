import type { DumpedRequest } from "../../model/dump.ts";
import type { JsonNode, Source } from "../format.ts";
import { originForm } from "../http/target.ts";
import { member, stringOf } from "../json.ts";
import { absentBody, settleBody } from "../readings.ts";
import { bodyReadings } from "../values/bodies.ts";
import { producerFormat } from "../values/producer.ts";

/**
 * Svix's messages and attempts. They hold the payload, parsed, and none of the headers of the request that was made of it.
 *
 * @see https://api.svix.com/docs
 */
export const svix = producerFormat({
  name: "svix",
  description: "messages and attempts of Svix's API",
  marks: ["eventType", "msgId", "message", "msg"],
  isRecord: (node) => isMessage(node) || isAttempt(node) || isPair(node),
  read,
  advice: {
    reserialised: "Svix keeps the payload parsed: log the body in the receiver before it is parsed.",
    absent: "Attempts hold no payload: fetch the message with its payload.",
  },
});

function isMessage(node: JsonNode | undefined): boolean {
  return isId(node, "id", "msg_") && member(node, "eventType") !== undefined;
}

function isAttempt(node: JsonNode | undefined): boolean {
  return isId(node, "id", "atmpt_") && isId(node, "msgId", "msg_");
}

function isPair(node: JsonNode): boolean {
  return isMessage(member(node, "message")) || isMessage(member(node, "msg"));
}

function isId(node: JsonNode | undefined, name: string, prefix: string): boolean {
  return stringOf(member(node, name))?.startsWith(prefix) === true;
}

function read(record: JsonNode, document: Source): DumpedRequest[] {
  const message = isPair(record) ? (member(record, "message") ?? member(record, "msg")) : record;
  const url = stringOf(member(member(record, "attempt") ?? record, "url"));
  const readings = bodyReadings(member(message, "payload"), document, "text");
  const settled = readings.length > 0 ? settleBody(readings, null) : absentBody(null);
  const notes = [
    ...settled.notes,
    "Svix's API holds no headers of the request, and so no signature: take them from the receiver.",
  ];
  return [{ method: "POST", target: url === undefined ? null : originForm(url), headers: [], ...settled, notes }];
}

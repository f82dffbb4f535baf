import type { DumpedRequest } from "../../model/dump.ts";
import type { JsonNode, Source } from "../format.ts";
import { originForm } from "../http/target.ts";
import { member, memberAt, stringOf } from "../json.ts";
import { absentBody, announcedBytes, settleBody } from "../readings.ts";
import { bodyReadings } from "../values/bodies.ts";
import { headersIn } from "../values/headers.ts";
import { producerFormat } from "../values/producer.ts";

/**
 * Deliveries of GitHub's API, and of services with the same one. The payload is parsed; lists hold none at all.
 *
 * @see https://docs.github.com/en/rest/repos/webhooks#get-a-delivery-for-a-repository-webhook
 */
export const githubDelivery = producerFormat({
  name: "github-delivery",
  description: "deliveries of GitHub's API: /repos/…/hooks/{id}/deliveries/{id}",
  marks: ["delivered_at"],
  isRecord: (node) => member(node, "guid") !== undefined && member(node, "delivered_at") !== undefined,
  read,
  advice: {
    reserialised: "The API shows the payload parsed: log the body in the receiver before it is parsed.",
    absent: "Lists of deliveries hold no requests: fetch …/deliveries/{id}.",
  },
});

function read(record: JsonNode, document: Source): DumpedRequest[] {
  const headers = headersIn(memberAt(record, "request", "headers")) ?? [];
  const declared = announcedBytes(headers);
  const readings = bodyReadings(memberAt(record, "request", "payload"), document, "text");
  const url = stringOf(member(record, "url"));
  return [
    {
      method: "POST",
      target: url === undefined || url === "" ? null : originForm(url),
      headers,
      ...(readings.length > 0 ? settleBody(readings, declared) : absentBody(declared)),
    },
  ];
}

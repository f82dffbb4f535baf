import { member } from "../json.ts";
import { producerFormat } from "../values/producer.ts";

/**
 * Events of a Pipedream or RequestBin endpoint. `body` is parsed; only `bodyRaw`, which components see, is as sent.
 *
 * @see https://pipedream.com/docs/components/contributing/api/#http-event-shape
 */
export const pipedream = producerFormat({
  name: "pipedream",
  description: "events of Pipedream and RequestBin endpoints",
  marks: ["client_ip"],
  isRecord: (node) =>
    member(node, "headers") !== undefined &&
    member(node, "client_ip") !== undefined &&
    ["inferred_body_type", "bodyRaw", "raw_body", "query", "body"].some((name) => member(node, name) !== undefined),
  advice: {
    reserialised:
      "Pipedream shows the body parsed. What was sent is in bodyRaw, which a component's HTTP interface gives: export that.",
    absent: "An export with bodyRaw has the body as sent.",
  },
});

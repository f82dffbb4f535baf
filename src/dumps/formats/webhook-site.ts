import { member } from "../json.ts";
import { producerFormat } from "../values/producer.ts";

/** What webhook.site keeps and loses, for its JSON and its CSV. */
export const webhookSiteAdvice = {
  text: "webhook.site keeps bodies as text: GET /token/{token}/request/{uuid}/raw has the bytes; give them with --body.",
  truncated: "GET /token/{token}/request/{uuid}/raw of webhook.site has the whole body: give it with --body.",
  absent: "webhook.site keeps no body of multipart forms: its content is in request and files.",
};

/**
 * Requests of webhook.site's API. `content` is the body as text, `size` the bytes that came; when both differ, bytes
 * were lost.
 *
 * @see https://docs.webhook.site/api/examples.html
 */
export const webhookSite = producerFormat({
  name: "webhook.site",
  description: "webhook.site's API: /token/{token}/requests and /token/{token}/request/{uuid}",
  marks: ["token_id"],
  isRecord: (node) => ["uuid", "token_id", "content", "headers"].every((name) => member(node, name) !== undefined),
  advice: webhookSiteAdvice,
});

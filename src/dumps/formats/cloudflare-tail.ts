import type { DumpedRequest } from "../../model/dump.ts";
import type { JsonNode, Source } from "../format.ts";
import { itemsOf, member, memberAt, stringOf } from "../json.ts";
import { producerFormat } from "../values/producer.ts";
import { requestsIn } from "../values/requests.ts";

/**
 * Events of `wrangler tail --format json`: the request's head, and what the Worker logged. The body is not in it, unless
 * the Worker logged that.
 *
 * @see https://developers.cloudflare.com/workers/observability/logs/real-time-logs/
 */
export const cloudflareTail = producerFormat({
  name: "cloudflare-tail",
  description: "wrangler tail --format json",
  marks: ["event"],
  isRecord: (node) =>
    memberAt(node, "event", "request", "headers") !== undefined &&
    ["scriptName", "outcome", "eventTimestamp"].some((name) => member(node, name) !== undefined),
  read,
  advice: {
    absent: "wrangler tail shows no bodies: in the Worker, log await request.clone().text() and give it with --body.",
  },
});

function read(record: JsonNode, document: Source): DumpedRequest[] {
  const head = memberAt(record, "event", "request");
  const messages = itemsOf(member(record, "logs")).flatMap((log) => itemsOf(member(log, "message")));
  return (head ? requestsIn(head, document) : []).map((request) => {
    const at = messages.findIndex((message) => {
      const text = stringOf(message);
      return text !== undefined && text !== "" && Buffer.byteLength(text) === request.declaredBytes;
    });
    if (at === -1) return request;
    const note = `Message ${at + 1} of its logs has as many bytes as the body: it may be it.`;
    return Object.assign(request, { notes: request.notes.concat(note) });
  });
}

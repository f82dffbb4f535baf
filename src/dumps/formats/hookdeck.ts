import type { DumpedRequest } from "../../model/dump.ts";
import type { JsonNode, Source } from "../format.ts";
import { member, memberAt, stringOf } from "../json.ts";
import { settleBody } from "../readings.ts";
import { stringReadings } from "../values/bodies.ts";
import { producerFormat } from "../values/producer.ts";
import { requestsIn } from "../values/requests.ts";

/**
 * Hookdeck: events and requests of its API (the body is parsed), what its CLI gets on its socket (`data_string` is the
 * body as text), and the answer of `…/raw_body`, which has the body alone.
 */
export const hookdeck = producerFormat({
  name: "hookdeck",
  description: "Hookdeck's API (events, requests, raw_body) and its CLI's socket",
  marks: ["event_data_id", "source_id", "ingested_at", "body", "raw_body"],
  isRecord: (node) => isApiRecord(node) || isAttempt(node) || rawBodyOf(node) !== undefined,
  read,
  advice: {
    reserialised:
      "Hookdeck's API shows the body parsed. GET …/events/{id}/raw_body has it as sent: give that with --body.",
  },
});

function isApiRecord(node: JsonNode): boolean {
  const isOurs = ["event_data_id", "source_id", "ingested_at"].some((name) => member(node, name) !== undefined);
  return isOurs && memberAt(node, "data", "headers") !== undefined;
}

function isAttempt(node: JsonNode): boolean {
  return memberAt(node, "body", "request", "data_string") !== undefined;
}

/** The body of `{"raw_body": "…"}`, with nothing beside it. */
function rawBodyOf(node: JsonNode): string | undefined {
  return node.type === "object" && node.members.length === 1 ? stringOf(member(node, "raw_body")) : undefined;
}

function read(record: JsonNode, document: Source): DumpedRequest[] {
  const raw = rawBodyOf(record);
  if (raw !== undefined) return [bodyAlone(raw)];
  const requests = requestsIn(record, document);
  const path = stringOf(memberAt(record, "body", "cli_path")) ?? stringOf(memberAt(record, "data", "path"));
  const query = stringOf(memberAt(record, "data", "query"));
  const target = path === undefined ? null : query ? `${path}?${query}` : path;
  return requests.map((request) => Object.assign(request, { target: target ?? request.target }));
}

function bodyAlone(raw: string): DumpedRequest {
  const settled = settleBody(stringReadings(raw, "text"), null);
  const note = "The dump holds a body and no headers: give the signature it came with, --signature sha256=….";
  return { method: null, target: null, headers: [], ...settled, notes: [...settled.notes, note] };
}

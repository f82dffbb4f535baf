import type { DumpedRequest } from "../../model/dump.ts";
import { TelepathError } from "../../model/errors.ts";
import { jsonDocuments, withBroken, type JsonDocument } from "../documents.ts";
import type { DumpFormat, JsonNode } from "../format.ts";
import { requestsIn, signedRequestsIn } from "../values/requests.ts";

/** Logs with one JSON value a line: container logs, server-sent events' `data:` lines, and values printed one after another. */
export const ndjson: DumpFormat = {
  name: "ndjson",
  description: "one JSON value a line: container logs, cloud logs, event streams",

  recognizes(dump) {
    if (dump.json !== undefined) return false;
    return jsonDocuments(dump).documents.some((document) => requestsIn(document.json, document).length > 0);
  },

  parse(dump) {
    const { documents, broken } = jsonDocuments(dump);
    const requests = firstOf(documents, signedRequestsIn, requestsIn);
    if (requests.length === 0) throw new TelepathError("BROKEN_DUMP", "no line of it has headers and a body");
    return withBroken(requests, broken);
  },
};

type Read = (node: JsonNode, document: JsonDocument) => DumpedRequest[];

/** What the first way of reading the lines finds; the next only when that is nothing. */
function firstOf(documents: readonly JsonDocument[], ...reads: Read[]): DumpedRequest[] {
  for (const read of reads) {
    const requests = documents.flatMap((document) => read(document.json, document));
    if (requests.length > 0) return requests;
  }
  return [];
}

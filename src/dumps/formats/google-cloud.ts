import type { DumpedRequest } from "../../model/dump.ts";
import { jsonDocuments } from "../documents.ts";
import type { JsonNode, Source } from "../format.ts";
import { originForm } from "../http/target.ts";
import { member, memberAt, stringOf } from "../json.ts";
import { absentBody } from "../readings.ts";
import { producerFormat } from "../values/producer.ts";
import { requestsIn } from "../values/requests.ts";

/**
 * Entries of Google Cloud Logging: what a function logged is in `jsonPayload`, or as JSON text in `textPayload`. Its
 * own `httpRequest` holds neither headers nor body.
 *
 * @see https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry
 */
export const googleCloud = producerFormat({
  name: "google-cloud",
  description: "entries of Google Cloud Logging: gcloud logging read --format json, the Logs Explorer",
  marks: ["insertId"],
  isRecord: (node) =>
    member(node, "insertId") !== undefined &&
    ["jsonPayload", "textPayload", "httpRequest"].some((name) => member(node, name) !== undefined),
  read,
  advice: {
    reserialised: "The log has the body parsed: log req.rawBody.toString('base64'), which Cloud Functions keep.",
    absent: "Log the headers and req.rawBody.toString('base64') in the function.",
    truncated: "An entry holds 256 KB at most: log the body in parts.",
  },
});

function read(record: JsonNode, document: Source): DumpedRequest[] {
  const json = member(record, "jsonPayload");
  const logged = json ? requestsIn(json, document) : inText(stringOf(member(record, "textPayload")) ?? "");
  const url = stringOf(memberAt(record, "httpRequest", "requestUrl"));
  if (logged.length > 0 || url === undefined) return logged;
  const method = stringOf(memberAt(record, "httpRequest", "requestMethod")) ?? null;
  return [{ method, target: originForm(url), headers: [], ...absentBody(null) }];
}

function inText(text: string): DumpedRequest[] {
  const { documents } = jsonDocuments({ text, json: undefined });
  return documents.flatMap((inner) => requestsIn(inner.json, inner));
}

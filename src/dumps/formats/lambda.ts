import type { DumpedRequest } from "../../model/dump.ts";
import type { Dump, DumpFormat, JsonNode, Source } from "../format.ts";
import { member, memberAt, stringOf, tryParseJson } from "../json.ts";
import { settleBody } from "../readings.ts";
import { producerFormat } from "../values/producer.ts";
import { requestsIn } from "../values/requests.ts";

/**
 * Events of AWS Lambda from API Gateway (REST and HTTP APIs), Function URLs and load balancers, and of Netlify's
 * functions, which have the same form. The body is text, or base64 where `isBase64Encoded` says so.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
const events = producerFormat({
  name: "lambda",
  description: "events of AWS Lambda (API Gateway, Function URL, load balancer) and of Netlify functions",
  marks: ["httpMethod", "rawPath", "requestContext", "event"],
  isRecord: (node) => isEvent(node) || isEvent(member(node, "event")),
  read,
  advice: {
    absent: "Log the event whole: console.log(JSON.stringify(event)).",
    truncated: "CloudWatch cuts long lines: log event.body and the headers apart.",
  },
});

/** As `events`, and those that a mapping template's `$util.escapeJavaScript` left with `\'`, which JSON does not know. */
export const lambda: DumpFormat = {
  ...events,
  recognizes: (dump) => events.recognizes(dump) || isTemplate(dump),
  parse: (dump) => (isTemplate(dump) ? requestsIn(...repaired(dump)!) : events.parse(dump)),
};

function isEvent(node: JsonNode | undefined): boolean {
  const hasHeaders = ["headers", "multiValueHeaders"].some((name) => member(node, name) !== undefined);
  const isOurs =
    member(node, "httpMethod") !== undefined ||
    member(node, "rawPath") !== undefined ||
    member(node, "requestContext") !== undefined;
  return hasHeaders && isOurs;
}

function read(record: JsonNode, document: Source): DumpedRequest[] {
  const event = isEvent(record) ? record : (member(record, "event") ?? record);
  return requestsIn(event, document).map((request) => eventRequest(request, event));
}

function eventRequest(request: DumpedRequest, event: JsonNode): DumpedRequest {
  const target = request.target === null ? null : withQuery(request.target, event);
  // HTTP APIs and Function URLs leave an empty body out.
  const isLeftOut = member(event, "body") === undefined && member(event, "isBase64Encoded") !== undefined;
  if (!isLeftOut || (request.declaredBytes ?? 0) > 0) return { ...request, target };
  return { ...request, target, ...settleBody([{ held: "bytes", bytes: new Uint8Array() }], request.declaredBytes) };
}

/** REST APIs and load balancers give the query apart, decoded: it is only for show. */
function withQuery(target: string, event: JsonNode): string {
  const query = member(event, "queryStringParameters");
  if (target.includes("?") || query?.type !== "object") return target;
  const pairs = query.members.map(({ name, value }) => `${name}=${stringOf(value) ?? ""}`);
  return pairs.length > 0 ? `${target}?${pairs.join("&")}` : target;
}

function isTemplate(dump: Dump): boolean {
  return repaired(dump) !== undefined;
}

/** The JSON of a dump whose only fault is `\'`, and the dump with it. */
function repaired(dump: Dump): [JsonNode, Source] | undefined {
  if (!/^\s{0,1000}\{/.test(dump.text) || !dump.text.includes("\\'") || dump.json !== undefined) return undefined;
  const text = dump.text.replace(/\\(\\|')/g, (all, escaped: string) => (escaped === "'" ? "'" : all));
  const json = tryParseJson(text);
  const hasBody = ["body", "rawBody"].some((name) => member(json, name) ?? memberAt(json, "event", name));
  return json && hasBody ? [json, { text }] : undefined;
}

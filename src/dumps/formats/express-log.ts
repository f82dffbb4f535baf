import type { DumpedRequest } from "../../model/dump.ts";
import { TelepathError } from "../../model/errors.ts";
import type { Dump, DumpFormat, JsonNode } from "../format.ts";
import { member, tryParseJson } from "../json.ts";
import { loggedText } from "../literals/logged-text.ts";
import { PrintedSource, textNode } from "../literals/nodes.ts";
import { once } from "../once.ts";
import { advised, type Advice } from "../values/advice.ts";
import { holdsSignature } from "../values/headers.ts";
import { requestsIn as requestsOfValue } from "../values/requests.ts";

/** morgan's `tiny`, `dev` and `short` lines, and any line with a method and a path. */
const REQUEST_LINE = /(?:^|[\s"])(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) (\/\S*|https?:\/\/\S+)/;
const BODY_MEMBERS = /^(?:raw_?body|body|payload|data|content|headers)$/i;
const SIGNATURE = /"x-telepath-signature"\s{0,8}:/i;
const LONGEST_LINE_BEFORE = 4096;
const ADVICE: Advice = {
  reserialised:
    "The body was parsed, or may have been, before it was logged: log the raw body, before the JSON parser.",
  absent: "The line after the headers is not the body: log the raw body too, before the JSON parser.",
};

/**
 * Logs with the headers as one line of JSON and the body as the next, as `JSON.stringify(req.headers)` and
 * `JSON.stringify(req.body)` leave them, often after morgan's line about the request.
 */
export const expressLog: DumpFormat = {
  name: "express-log",
  description: "headers as one line of JSON and the body as the next, morgan's lines between",

  recognizes(dump) {
    return SIGNATURE.test(dump.text) && dump.json === undefined && requestsOf(dump).length > 0;
  },

  parse(dump) {
    const requests = requestsOf(dump);
    if (requests.length > 0) return requests;
    throw new TelepathError("BROKEN_DUMP", "no line of it is a JSON object of headers with the body on the next");
  },
};

const requestsOf = once(requestsIn);

function requestsIn({ text }: Dump): DumpedRequest[] {
  const lines = text.split("\n");
  const lineAt = (index: number): string | undefined => lines[index]?.replace(/\r$/, "");
  const requests: DumpedRequest[] = [];
  let following = headersIn(lineAt(0));
  for (let index = 0; index < lines.length; index += 1) {
    const headers = following;
    const next = lineAt(index + 1);
    following = headersIn(next);
    if (headers === undefined) continue;
    const body = following === undefined ? bodyIn(next) : undefined;
    const start = REQUEST_LINE.exec((lineAt(index - 1) ?? "").slice(0, LONGEST_LINE_BEFORE));
    const root = logged(headers, body, start);
    for (const request of requestsOfValue(root, new PrintedSource(root))) requests.push(advised(request, ADVICE));
  }
  return requests;
}

function logged(headers: JsonNode, body: JsonNode | undefined, start: RegExpExecArray | null): JsonNode {
  const members = [{ name: "headers", value: headers }];
  if (body !== undefined) members.push({ name: "body", value: body });
  if (start !== null) {
    members.push({ name: "method", value: textNode(start[1]!) }, { name: "url", value: textNode(start[2]!) });
  }
  return { type: "object", members, start: 0, end: 0 };
}

/** An empty body leaves an empty line; what is no JSON is the log's next line. */
function bodyIn(line: string | undefined): JsonNode | undefined {
  if (line === undefined || (line !== "" && tryParseJson(line) === undefined)) return undefined;
  return loggedText(Buffer.from(line));
}

/** A line that is an object of headers with the signature and nothing else in it. */
function headersIn(line: string | undefined): JsonNode | undefined {
  if (!line?.trimStart().startsWith("{") || !SIGNATURE.test(line)) return undefined;
  const node = tryParseJson(line);
  if (node?.type !== "object" || !holdsSignature(node) || member(node, "headers")) return undefined;
  return node.members.some(({ name }) => BODY_MEMBERS.test(name)) ? undefined : node;
}

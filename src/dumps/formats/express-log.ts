import type { DumpedRequest } from "../../model/dump.ts";
import { TelepathError } from "../../model/errors.ts";
import type { Dump, DumpFormat, JsonNode, Source } from "../format.ts";
import { member, tryParseJson } from "../json.ts";
import { loggedText } from "../literals/logged-text.ts";
import { printedSource } from "../literals/nodes.ts";
import { advised } from "../values/advice.ts";
import { holdsSignature } from "../values/headers.ts";
import { requestsIn as requestsOfValue } from "../values/requests.ts";

/** morgan's `tiny`, `dev` and `short` lines, and any line with a method and a path. */
const REQUEST_LINE = /(?:^|[\s"])(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) (\/\S*|https?:\/\/\S+)/;
const BODY_MEMBERS = /^(?:raw_?body|body|payload|data|content|headers)$/i;
const SIGNATURE = /"x-telepath-signature"\s{0,8}:/i;
const LONGEST_LINE_BEFORE = 4096;

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
    if (requests.length > 0) return [...requests];
    throw new TelepathError("BROKEN_DUMP", "no line of it is a JSON object of headers with the body on the next");
  },
};

/** What recognising a dump has found is not looked for again. */
const known = new WeakMap<Dump, readonly DumpedRequest[]>();

function requestsOf(dump: Dump): readonly DumpedRequest[] {
  const requests = known.get(dump) ?? requestsIn(dump);
  known.set(dump, requests);
  return requests;
}

function requestsIn({ text }: Source): DumpedRequest[] {
  const lines = text.split("\n").map((line) => line.replace(/\r$/, ""));
  return lines.flatMap((line, index) => {
    const headers = headersIn(line);
    if (headers === undefined) return [];
    const next = lines[index + 1];
    const start = REQUEST_LINE.exec((lines[index - 1] ?? "").slice(0, LONGEST_LINE_BEFORE));
    // An empty body leaves an empty line; what is no JSON is the log's next line.
    const isBody = next !== undefined && (next === "" || (tryParseJson(next) && headersIn(next) === undefined));
    const root: JsonNode = {
      type: "object",
      start: 0,
      end: 0,
      members: [
        { name: "headers", value: headers },
        ...(isBody ? [{ name: "body", value: loggedText(Buffer.from(next)) }] : []),
        ...named("method", start?.[1]),
        ...named("url", start?.[2]),
      ],
    };
    return requestsOfValue(root, printedSource(root)).map((request) =>
      advised(request, {
        reserialised:
          "The body was parsed, or may have been, before it was logged: log the raw body, before the JSON parser.",
        absent: "The line after the headers is not the body: log the raw body too, before the JSON parser.",
      }),
    );
  });
}

/** A line that is an object of headers with the signature and nothing else in it. */
function headersIn(line: string): JsonNode | undefined {
  if (!line.trimStart().startsWith("{") || !SIGNATURE.test(line)) return undefined;
  const node = tryParseJson(line);
  if (node?.type !== "object" || !holdsSignature(node) || member(node, "headers")) return undefined;
  return node.members.some(({ name }) => BODY_MEMBERS.test(name)) ? undefined : node;
}

function named(name: string, value: string | undefined): { name: string; value: JsonNode }[] {
  return value === undefined ? [] : [{ name, value: { type: "string", value, start: 0, end: 0 } }];
}

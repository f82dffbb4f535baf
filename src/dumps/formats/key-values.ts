import type { DumpedRequest } from "../../model/dump.ts";
import { TelepathError } from "../../model/errors.ts";
import type { DumpFormat, JsonNode } from "../format.ts";
import { pairsOf, type Pair } from "../literals/key-values.ts";
import { loggedText } from "../literals/logged-text.ts";
import { PrintedSource, textNode } from "../literals/nodes.ts";
import { advised } from "../values/advice.ts";
import { namesSignature, plainName } from "../values/names.ts";
import { requestsIn } from "../values/requests.ts";

const SIGNATURE = /x[-_]?telepath[-_]?signature["']?=/i;
const BODY_NAME = /^(?:raw_?body|body_?raw|body|payload|data|content)$/i;
const METHOD_NAME = /^(?:method|http_?method|request_?method|verb)$/i;
const TARGET_NAME = /^(?:path|url|uri|request_?uri|target)$/i;
/** Other keys of a line (`level`, `ts`, `msg`) are no headers, unless they have the signature's own prefix. */
const HEADER_NAME = /^(?:http_)?(?:x[-_].+|content[-_](?:type|length|encoding)|host|user[-_]agent|accept.*)$/i;

/**
 * Log lines of `key=value` pairs (logfmt), among which are the signature and the body. Loggers cut long values, and
 * what they print was often parsed before.
 *
 * @see https://brandur.org/logfmt
 */
export const keyValues: DumpFormat = {
  name: "key-values",
  description: "log lines with x-telepath-signature=… and body=…: logfmt, Vercel, Heroku",

  recognizes({ text }) {
    return SIGNATURE.test(text);
  },

  parse({ text }) {
    const requests = text.split("\n").flatMap(requestIn);
    if (requests.length === 0) throw new TelepathError("BROKEN_DUMP", "no line of it has x-telepath-signature=…");
    return requests;
  },
};

function requestIn(line: string): DumpedRequest[] {
  if (!SIGNATURE.test(line)) return [];
  const pairs = pairsOf(line);
  const signature = pairs.find(({ key }) => namesSignature(lastName(key)));
  if (signature === undefined) return [];
  const prefix = signature.key.slice(0, signature.key.length - lastName(signature.key).length);
  const isHeader = ({ key }: Pair): boolean =>
    prefix === "" ? HEADER_NAME.test(key) : key.startsWith(prefix) && !BODY_NAME.test(lastName(key));
  const headers = pairs.filter(isHeader).map(({ key, value }) => ({ name: lastName(key), value: textNode(value) }));
  const members = [
    { name: "headers", value: object(headers) },
    ...first(pairs, BODY_NAME, (value) => ({ name: "body", value: loggedText(Buffer.from(value)) })),
    ...first(pairs, METHOD_NAME, (value) => ({ name: "method", value: textNode(value) })),
    ...first(pairs, TARGET_NAME, (value) => ({ name: "url", value: textNode(value) })),
  ];
  const root = object(members);
  return requestsIn(root, new PrintedSource(root)).map((request) =>
    advised(request, {
      truncated: "Loggers cut long values: log the raw body in base64, in a line of its own.",
      reserialised: "The body was parsed, or may have been, before it was logged: log the raw body.",
      absent: "The line has no body: log the raw body too, as body=….",
    }),
  );
}

/** `headers.host` and `req.headers.host` name the header `host`. */
function lastName(key: string): string {
  return key.slice(key.lastIndexOf(".") + 1);
}

function first<T>(pairs: readonly Pair[], pattern: RegExp, make: (value: string) => T): T[] {
  const found = pairs.find(({ key }) => key.length <= 64 && pattern.test(plainName(lastName(key))));
  return found === undefined ? [] : [make(found.value)];
}

function object(members: { name: string; value: JsonNode }[]): JsonNode {
  return { type: "object", members, start: 0, end: 0 };
}

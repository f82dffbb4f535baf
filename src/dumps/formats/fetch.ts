import type { DumpedRequest } from "../../model/dump.ts";
import { TelepathError } from "../../model/errors.ts";
import { callsOf, type CallArguments } from "../commands/javascript.ts";
import type { DumpFormat, JsonNode } from "../format.ts";
import { originForm } from "../http/target.ts";
import { member, stringOf } from "../json.ts";
import { absentBody, announcedBytes, settleBody, withBody, type SettledBody } from "../readings.ts";
import { headersIn } from "../values/headers.ts";

const CALL = /(?:^|\n)[^\n"'`/]{0,80}\bfetch\([ \t\r\n]{0,100}["'`]/;

/**
 * Calls of `fetch`, as browsers copy them: names of headers in lower case, the body a string of JavaScript's, which
 * holds any text and no other bytes.
 */
export const fetchCall: DumpFormat = {
  name: "fetch",
  description: "calls of fetch: a browser's Copy as fetch",

  recognizes({ text }) {
    return !/^\s*[{[<]/.test(text.slice(0, 1000)) && CALL.test(text);
  },

  parse({ text }) {
    const requests: DumpedRequest[] = [];
    for (const call of callsOf(text, "fetch")) {
      const request = requestOf(call);
      if (request !== undefined) requests.push(request);
    }
    if (requests.length === 0) throw new TelepathError("BROKEN_DUMP", "there is no call of fetch with a URL in it");
    return requests;
  },
};

/** Undefined for a call whose URL is an expression. */
function requestOf([url, options]: CallArguments): DumpedRequest | undefined {
  const target = stringOf(url);
  if (target === undefined) return undefined;
  const headers = headersIn(member(options, "headers")) ?? [];
  const settled = bodyOf(member(options, "body"), announcedBytes(headers));
  return withBody(stringOf(member(options, "method")) ?? "GET", originForm(target), headers, settled);
}

function bodyOf(body: JsonNode | undefined, declared: number | null): SettledBody {
  const text = stringOf(body);
  const isEmpty = body === undefined || (body.type === "literal" && body.value === null);
  if (text === undefined && !isEmpty) {
    return absentBody(declared, "The body is an expression, and nothing of a dump is run: give its value with --body.");
  }
  return settleBody([{ held: "text", bytes: Buffer.from(text ?? "") }], declared);
}

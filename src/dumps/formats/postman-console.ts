import type { DumpFormat, JsonNode } from "../format.ts";
import { member, parseJson, tryParseJson } from "../json.ts";
import { originForm } from "../http/target.ts";
import { advised } from "../values/advice.ts";
import { requestsIn } from "../values/requests.ts";

const FIRST_LINE = /^\s{0,100}([A-Z]{3,10}) (https?:\/\/\S{1,8000}): ?(?=\{)/;

const LONGEST_FIRST_LINE = 9000;

/** A log copied out of Postman's console: method and URL, then an object with `Request Headers` and `Request Body`. */
export const postmanConsole: DumpFormat = {
  name: "postman-console",
  description: "a request's log copied out of Postman's console",

  recognizes(dump) {
    const first = dump.bytes.toString("latin1", 0, LONGEST_FIRST_LINE);
    if (FIRST_LINE.test(first)) return isLog(tryParseJson(dump.text.replace(FIRST_LINE, "")));
    // Without its first line; other dumps are not parsed for this.
    return /^\s*\{/.test(first) && dump.text.includes('"Request Headers"') && isLog(dump.json);
  },

  parse(dump) {
    const [start = "", method = null, url] = FIRST_LINE.exec(dump.text) ?? [];
    const text = dump.text.slice(start.length);
    const json = parseJson(text);
    const target = url === undefined ? null : originForm(url);
    const advice = "The console shows the body parsed: its raw view (Show raw log) has it as sent.";
    return requestsIn(json, { text }).map((request) =>
      advised(
        { ...request, method: method ?? request.method, target: target ?? request.target },
        { reserialised: advice },
      ),
    );
  },
};

function isLog(json: JsonNode | undefined): boolean {
  return member(json, "Request Headers") !== undefined;
}

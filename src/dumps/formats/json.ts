import { TelepathError } from "../../model/errors.ts";
import type { DumpFormat } from "../format.ts";
import { parseJson } from "../json.ts";
import { requestsIn } from "../values/requests.ts";

/**
 * Any JSON with a signature header somewhere in it, and the body beside it: a Lambda event, a log entry, what an inspector
 * or a queue shows.
 */
export const json: DumpFormat = {
  name: "json",
  description: "JSON of any program that has the headers and the body: Lambda events, log entries, inspectors",

  recognizes(dump) {
    return dump.json !== undefined && requestsIn(dump.json, dump).length > 0;
  },

  parse(dump) {
    const requests = requestsIn(dump.json ?? parseJson(dump.text), dump);
    if (requests.length === 0) throw new TelepathError("BROKEN_DUMP", "no object in it has headers and a body");
    return requests;
  },
};

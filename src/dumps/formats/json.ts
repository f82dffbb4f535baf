import type { DumpedRequest } from "../../model/dump.ts";
import { TelepathError } from "../../model/errors.ts";
import type { Dump, DumpFormat } from "../format.ts";
import { parseJson } from "../json.ts";
import { once } from "../once.ts";
import { requestsIn } from "../values/requests.ts";

/**
 * Any JSON with a signature header somewhere in it, and the body beside it: a Lambda event, a log entry, what an inspector
 * or a queue shows.
 */
export const json: DumpFormat = {
  name: "json",
  description: "JSON of any program that has the headers and the body: Lambda events, log entries, inspectors",

  recognizes(dump) {
    return requestsOf(dump).length > 0;
  },

  parse(dump) {
    // Says where it is broken.
    if (dump.json === undefined) parseJson(dump.text);
    const requests = requestsOf(dump);
    if (requests.length === 0) throw new TelepathError("BROKEN_DUMP", "no object in it has headers and a body");
    return requests;
  },
};

const requestsOf = once((dump: Dump): DumpedRequest[] => (dump.json === undefined ? [] : requestsIn(dump.json, dump)));

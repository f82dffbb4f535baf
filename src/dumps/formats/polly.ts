import type { DumpFormat } from "../format.ts";
import { memberAt } from "../json.ts";
import { advised } from "../values/advice.ts";
import { har } from "./har.ts";

/**
 * Recordings of Polly.JS: an HTTP archive whose bodies are there only when they are text. Of others only the size is kept.
 *
 * @see https://netflix.github.io/pollyjs/#/configuration
 */
export const polly: DumpFormat = {
  name: "polly",
  description: "recordings of Polly.JS",

  recognizes(dump) {
    return memberAt(dump.json, "log", "_recordingName") !== undefined && har.recognizes(dump);
  },

  parse(dump) {
    return har
      .parse(dump)
      .map((request) => advised(request, { absent: "Polly.JS keeps text only: record binary bodies with a proxy." }));
  },
};

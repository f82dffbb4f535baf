import type { DumpFormat } from "../format.ts";
import { readingAs } from "../literals/language.ts";
import { printedRequests } from "../literals/printouts.ts";
import { ruby as dialect } from "../literals/ruby.ts";
import { advised } from "../values/advice.ts";

const SIGNATURE = /"(?:HTTP_)?X[-_]TELEPATH[-_]SIGNATURE" ?=>/i;

/** What Ruby's `inspect` and `p` print of a Rack environment or of headers, with the body beside it or after it. */
export const ruby: DumpFormat = {
  name: "ruby",
  description: "inspect and p of Ruby: Rack's env, request.headers, request.raw_post",

  recognizes({ text }) {
    return SIGNATURE.test(text) || /"REQUEST_METHOD" ?=> ?"/.test(text);
  },

  parse({ bytes }) {
    const text = bytes.toString("latin1");
    const requests = printedRequests({
      text,
      encoding: "latin1",
      opener: /[{[]/g,
      valueStart: /["{[]/y,
      read: readingAs(dialect, text),
    });
    return requests.map((request) =>
      advised(request, {
        reserialised: "The body was parsed before it was printed: print request.raw_post instead.",
        absent: "The body is not in what was printed: print request.raw_post, or request.body.read, too.",
      }),
    );
  },
};

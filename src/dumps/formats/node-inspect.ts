import type { DumpFormat } from "../format.ts";
import { javascript } from "../literals/javascript.ts";
import { readingAs } from "../literals/language.ts";
import { printedRequests } from "../literals/printouts.ts";
import { advised } from "../values/advice.ts";

const SIGNATURE = /['"`]x-telepath-signature['"`]\s{0,8}(?:[:,]|=>)/i;
const HEADERS = /(?<![^\s{,])(?:headers|rawHeaders|host|connection|accept): ?['"[{]/;
const SHORTENED = /\[(?:Object|Array)\]|\.\.\. \d+ more items?/;

/**
 * What `console.log` and `util.inspect` of Node, Deno and Bun print of headers and a body, in one object or one after
 * the other. Never run: see `literals/javascript.ts`.
 */
export const nodeInspect: DumpFormat = {
  name: "node-inspect",
  description: "console.log and util.inspect of Node: console.log(req.headers, req.body)",

  recognizes({ text }) {
    return SIGNATURE.test(text) || (HEADERS.test(text) && text.includes("'"));
  },

  parse({ text }) {
    const requests = printedRequests({
      text,
      encoding: "utf8",
      opener: /[{[]/g,
      // Not JSON, which is text: keys and strings are not in double quotes as long as they need not be.
      valueStart: /['"`<]|\{(?!")|\[(?![{"])|Uint8Array|Buffer\(/y,
      read: readingAs(javascript, text),
    });
    return requests.map((request) => {
      const isShort =
        request.fidelity === "reserialised" && SHORTENED.test(Buffer.from(request.body).toString("latin1"));
      return advised(isShort ? { ...request, fidelity: "truncated" } : request, {
        truncated:
          'console.log shows 50 bytes of a Buffer, 10,000 characters of a string and two levels of an object: log body.toString("base64") of the raw body.',
        reserialised:
          "The body was parsed, or may have been, before it was logged: log the raw body, before the JSON parser.",
        absent: 'The dump holds headers only: log the raw body too, as body.toString("base64").',
      });
    });
  },
};

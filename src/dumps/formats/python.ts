import type { DumpFormat } from "../format.ts";
import { readingAs } from "../literals/language.ts";
import { printedRequests } from "../literals/printouts.ts";
import { python as dialect } from "../literals/python.ts";
import { advised } from "../values/advice.ts";

const SIGNATURE = /['"](?:HTTP_)?X[-_]TELEPATH[-_]SIGNATURE['"]\s{0,8}[:,]/i;
/** What no other language prints. */
const PYTHON = /\bb['"]|'HTTP_|\b(?:True|False|None)\b|\(b?'|'wsgi\./;
const UNQUOTED_KEY = /(?<=[{,]\s{0,200})(?:headers|rawHeaders|host|connection|accept): ?['"[{]/;

/**
 * What Python prints of a WSGI environ, an ASGI scope, headers of Django, Flask, Starlette or aiohttp, with the body as
 * bytes or as text beside it or after it.
 */
export const python: DumpFormat = {
  name: "python",
  description: "print, repr and pprint of Python: WSGI environ, request.headers, request.body",

  recognizes({ text }) {
    const isCgi = text.includes("'REQUEST_METHOD': '") || text.includes("'HTTP_HOST': '");
    return (SIGNATURE.test(text) || isCgi) && PYTHON.test(text) && !UNQUOTED_KEY.test(text);
  },

  parse({ text }) {
    const requests = printedRequests({
      text,
      encoding: "utf8",
      opener: /[{[]/g,
      // Not JSON, which is text: Python prefers single quotes.
      valueStart: /[bBuU]?['"]|\((?!")|\{(?!")|\[(?![{"])/y,
      read: readingAs(dialect, text),
    });
    return requests.map((request) =>
      advised(request, {
        reserialised: "The body was parsed before it was printed: print request.get_data() or request.body instead.",
        absent: "The body is not in what was printed: print request.get_data() (Flask) or request.body (Django) too.",
      }),
    );
  },
};

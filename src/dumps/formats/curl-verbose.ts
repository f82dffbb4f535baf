import type { DumpedRequest } from "../../model/dump.ts";
import { TelepathError } from "../../model/errors.ts";
import type { DumpFormat } from "../format.ts";
import { readHeaders } from "../pieces.ts";
import { absentBody } from "../readings.ts";

const REQUEST = /^> [A-Z][A-Z-]{0,31} \S+ HTTP\/\d/;
const SENT = /^\} \[(\d{1,15}) bytes data\]/;

/** `curl -v`: the request's headers after `>`, and of its body the number of bytes alone. */
export const curlVerbose: DumpFormat = {
  name: "curl-verbose",
  description: "curl -v: headers only, the body is not in it",

  recognizes({ text }) {
    return /(?:^|\n)> [A-Z][A-Z-]{0,31} \S+ HTTP\/\d/.test(text) && /(?:^|\n)(?:> x-telepath-|[*<] )/i.test(text);
  },

  parse({ text }) {
    const requests: { head: string[]; sent: number | null; isOpen: boolean }[] = [];
    for (const raw of text.split("\n")) {
      const line = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
      if (REQUEST.test(line)) requests.push({ head: [], sent: null, isOpen: true });
      const request = requests.at(-1);
      if (request === undefined) continue;
      const size = SENT.exec(line)?.[1];
      if (size !== undefined) request.sent = (request.sent ?? 0) + Number(size);
      if (request.isOpen && /^> ./.test(line)) request.head.push(line.slice(2));
      // Notes about the connection can stand between the headers.
      else if (!line.startsWith("*")) request.isOpen = false;
    }
    if (requests.length === 0)
      throw new TelepathError("BROKEN_DUMP", 'there is no line such as "> POST /path HTTP/1.1"');
    return requests.map(({ head, sent }) => requestOf(head, sent));
  },
};

function requestOf(head: string[], sent: number | null): DumpedRequest {
  const request = readHeaders(Buffer.from(head.join("\n")));
  const note = "curl -v does not show bodies: run curl with --trace, or give the body's file with --body.";
  return { ...request, ...absentBody(request.declaredBytes ?? sent, note) };
}

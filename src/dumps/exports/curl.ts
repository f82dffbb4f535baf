import { headerValue } from "../../model/http.ts";
import { asBuffer } from "../readings.ts";
import { dumpExport, type ExportedRequest } from "./export.ts";
import { safeHeaders, safeMethod, urlOf } from "./request-parts.ts";
import { isArgument, printfOf, quoted, word } from "./shell.ts";

/** A curl command. What curl would take for a file name, too, goes through a pipe. */
export const curl = dumpExport({
  name: "curl",
  description: "a curl command for any POSIX shell, binary bodies included",
  request: (request) => Buffer.from(command(request), "latin1"),
});

/** A byte string: one character for each byte. */
function command(request: ExportedRequest): string {
  const body = asBuffer(request.body).toString("latin1");
  const inline = isArgument(body) && !body.startsWith("@");
  const lines = [
    `curl -X ${safeMethod(request.method)} --path-as-is --globoff ${word(urlOf(request))}`,
    ...safeHeaders(request.headers).map(
      ([name, value]) => `-H ${word(value === "" ? `${name};` : `${name}: ${value}`)}`,
    ),
    // Curl's own would be more than was sent.
    ...["Accept", "User-Agent", "Content-Type"].flatMap((name) =>
      headerValue(request.headers, name) === undefined ? [`-H '${name}:'`] : [],
    ),
    ...(body === "" ? [] : [`--data-binary ${inline ? quoted(body) : "@-"}`]),
  ];
  const input = body === "" || inline ? "" : `${printfOf(body)} | `;
  return `${input}${lines.join(" \\\n  ")}\n`;
}

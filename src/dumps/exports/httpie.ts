import { headerValue, type Header } from "../../model/http.ts";
import { asBuffer, isUtf8 } from "../readings.ts";
import { dumpExport, unexportable, type ExportedRequest } from "./export.ts";
import { safeHeaders, safeMethod, urlOf } from "./request-parts.ts";
import { isArgument, printfOf, quoted, word } from "./shell.ts";

/**
 * A command for HTTPie 3. It chooses the order of the headers itself, and percent-encodes what no URI may hold
 * (RFC 3986); headers it would change are refused. Where the request had no User-Agent or Accept-Encoding, releases
 * before 3.2.3 send those of the library below.
 *
 * @see https://httpie.io/docs/cli/request-items
 */
export const httpie = dumpExport({
  name: "httpie",
  description: "an HTTPie command for any POSIX shell, binary bodies included",
  request: (request) => Buffer.from(command(request), "latin1"),
});

/** What HTTPie sends by itself unless told not to. */
const OWN_HEADERS = ["Accept", "Accept-Encoding", "Connection", "Content-Type", "User-Agent"];

/** A byte string: one character for each byte. */
function command(request: ExportedRequest): string {
  const method = safeMethod(request.method);
  if (!/^[A-Z]+$/.test(method)) throw cannot(`the method ${method}`);
  const headers = safeHeaders(request.headers);
  for (const header of headers) checkHeader(header);
  const body = asBuffer(request.body).toString("latin1");
  const inline = isArgument(body);
  const piped = body !== "" && !inline;
  const isChunked = /(?:^|,)\s*chunked\s*$/i.test(headerValue(headers, "transfer-encoding") ?? "");
  // A script's own standard input would become the body, and ~/.netrc a header.
  const options = [...(piped ? [] : ["--ignore-stdin"]), "--ignore-netrc", ...(isChunked ? ["--chunked"] : [])];
  const lines = [
    `http ${options.join(" ")} --path-as-is ${method} ${word(urlOf(request))}`,
    // The space keeps a value that starts with = or @ from being part of the separator.
    ...headers.map(([name, value]) => word(value === "" ? `${name};` : `${name}: ${value}`)),
    ...OWN_HEADERS.flatMap((name) => (headerValue(headers, name) === undefined ? [`'${name}:'`] : [])),
    ...(body === "" || piped ? [] : [`--raw=${quoted(body)}`]),
  ];
  return `${piped ? `${printfOf(body)} | ` : ""}${lines.join(" \\\n  ")}\n`;
}

/** HTTPie decodes and encodes values as UTF-8, strips them, and drops a backslash before a separator. */
function checkHeader([name, value]: Header): void {
  const bytes = Buffer.from(value, "latin1");
  const text = bytes.toString("utf8").replace(/^[ \t]+|[ \t]+$/g, "");
  const isStripped = /^[\s\x1c-\x1f\x85]|[\s\x1c-\x1f\x85]$/.test(text);
  if (name.startsWith("-") || !isUtf8(bytes) || isStripped || /\\[:;=@]/.test(text)) throw cannot(`the header ${name}`);
}

function cannot(what: string): Error {
  return unexportable(`HTTPie cannot send ${what} as it was`, "--format curl can");
}

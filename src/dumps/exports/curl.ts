import { headerValue } from "../../model/http.ts";
import { asBuffer, isUtf8 } from "../readings.ts";
import type { DumpExport, ExportedRequest } from "./export.ts";
import { safeHeaders, safeMethod, urlOf } from "./request-parts.ts";

/** Linux takes no argument longer than 128 KiB; a longer body goes through a pipe. */
const LONGEST_ARGUMENT = 100_000;

/**
 * A curl command for any POSIX shell. Text stands in single quotes, where no shell changes anything; what a terminal would
 * act on, what is not UTF-8 and what curl would take for a file name is written by `printf` in octal.
 */
export const curl: DumpExport = {
  name: "curl",
  description: "a curl command for any POSIX shell, binary bodies included",
  write: (...requests) => Buffer.from(requests.map(command).join(""), "latin1"),
};

/** A byte string: one character for each byte. */
function command(request: ExportedRequest): string {
  const body = asBuffer(request.body).toString("latin1");
  const isArgument = isPlain(body) && !body.startsWith("@") && body.length <= LONGEST_ARGUMENT;
  const url = urlOf(request);
  const lines = [
    `curl -X ${safeMethod(request.method)} --path-as-is --globoff ${word(url)}`,
    ...safeHeaders(request.headers).map(
      ([name, value]) => `-H ${word(value === "" ? `${name};` : `${name}: ${value}`)}`,
    ),
    // Curl's own would be more than was sent.
    ...["Accept", "User-Agent", "Content-Type"].flatMap((name) =>
      headerValue(request.headers, name) === undefined ? [`-H '${name}:'`] : [],
    ),
    ...(body === "" ? [] : [`--data-binary ${isArgument ? quoted(body) : "@-"}`]),
  ];
  const input = body === "" || isArgument ? "" : `printf '${octal(body)}' | `;
  return `${input}${lines.join(" \\\n  ")}\n`;
}

function word(text: string): string {
  const bytes = /^[\0-\xff]*$/.test(text) ? text : Buffer.from(text).toString("latin1");
  return isPlain(bytes) && !bytes.includes("\n") ? quoted(bytes) : `"$(printf '${octal(bytes)}')"`;
}

/** Whether a byte string is UTF-8 without anything a terminal acts on, line ends apart. */
function isPlain(text: string): boolean {
  const bytes = Buffer.from(text, "latin1");
  if (!isUtf8(bytes)) return false;
  return !/[\0-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/.test(bytes.toString("utf8"));
}

/** @see https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_02_02 */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function octal(text: string): string {
  return text.replace(/[^]/g, (byte) => `\\${byte.charCodeAt(0).toString(8).padStart(3, "0")}`);
}

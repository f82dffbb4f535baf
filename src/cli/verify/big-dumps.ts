import { closeSync } from "node:fs";
import { skipBlankLines, startsMessage } from "../../dumps/http/head.ts";
import { isJson } from "../../dumps/json.ts";
import { TelepathError } from "../../model/errors.ts";
import { openRegularFile } from "../input.ts";
import { headBytes, type BigDump } from "./big-dump.ts";
import { readBigLines } from "./big-lines.ts";
import { readPart } from "./chunks.ts";
import { jsonOf } from "./lines.ts";

/**
 * Reads a file too large to be held: raw HTTP message by message, and one JSON value a line. Memory stays bounded.
 *
 * @throws TelepathError `UNREADABLE_INPUT`, `INPUT_TOO_LARGE` for every other form
 */
export async function readBigDump(path: string, options: Omit<BigDump, "file" | "size">): Promise<void> {
  const { file, size } = openRegularFile(path, "the dump");
  try {
    const head = readPart(file, 0, headBytes);
    const form = formOf(head, options.format);
    const dump: BigDump = { ...options, file, size };
    if (form === "raw-http") await (await import("./big-http.ts")).readBigHttp(dump);
    else if (form === "ndjson") await (dump.readLines ?? readBigLines)(dump);
    else throw tooLargeToHold(options.name);
  } finally {
    closeSync(file);
  }
}

/** What a file is when it is more than 64 MiB, in a form that has to be held whole. */
export function tooLargeToHold(name: string): TelepathError {
  return new TelepathError(
    "INPUT_TOO_LARGE",
    `the dump ${name} holds more than 64 MiB`,
    "cut out the requests in question; only files of raw HTTP with Content-Length, of one JSON value a line, and bare bodies (--signature, --body) may be larger",
  );
}

function formOf(head: Buffer, named: string | undefined): "raw-http" | "ndjson" | undefined {
  if (named !== undefined) return named === "raw-http" || named === "ndjson" ? named : undefined;
  if (startsMessage(head, skipBlankLines(head, 0))) return "raw-http";
  const newline = head.indexOf(0x0a, skipBlankLines(head, 0));
  const line = jsonOf(head.toString("utf8", 0, newline === -1 ? head.length : newline));
  if (line === undefined) return undefined;
  // A first line longer than this can only be one of several: nothing else prints JSON on lines so long.
  return newline === -1 || isJson(line) ? "ndjson" : undefined;
}

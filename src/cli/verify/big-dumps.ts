import { closeSync } from "node:fs";
import { readHead, requestLine, skipBlankLines, startsMessage } from "../../dumps/http/head.ts";
import { originForm } from "../../dumps/http/target.ts";
import { plainJson } from "../../dumps/plain.ts";
import { readDump, type DumpReading } from "../../dumps/read.ts";
import { announcedBytes, settleBody } from "../../dumps/readings.ts";
import type { DumpedRequest } from "../../model/dump.ts";
import { TelepathError } from "../../model/errors.ts";
import { headerValues } from "../../model/http.ts";
import type { Secret } from "../../model/secret.ts";
import type { Judgement } from "../../signatures/judge.ts";
import { streamedCheck } from "../../signatures/stream.ts";
import { largestHeldBody } from "./body-file.ts";
import { lineReader, readChunks, readPart, type Line } from "./chunks.ts";
import { openRegularFile } from "../input.ts";
import type { Pauses } from "./pauses.ts";

/** The longest line that is read of a file with one JSON value a line. */
const longestLine = 16 * 1024 ** 2;
/** Where a head must end, and where the first line must, to tell the form of a large file. */
const headBytes = 1024 ** 2;

/** Who hears what a large file holds, in order. */
export interface BigDumpReader {
  /** Requests held whole. */
  found(dump: UnreadDump): void;
  /** A request whose body of so many bytes came by. */
  streamed(format: string, request: DumpedRequest, bytes: number, judgement: Judgement): void;
  /** A part that could not be read; the rest goes on. */
  broken(error: TelepathError): void;
}

/** A dump with a quick way to read it, good enough where a signature matches, and the complete one. */
export interface UnreadDump {
  plain: () => DumpReading | undefined;
  whole: () => DumpReading;
}

interface BigDump {
  file: number;
  size: number;
  name: string;
  format: string | undefined;
  secrets: readonly Secret[];
  pauses: Pauses;
  reader: BigDumpReader;
  /** Larger bodies of raw HTTP are streamed; `largestHeldBody` when left out. */
  largestHeld?: number;
}

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
    const dump = { ...options, file, size };
    if (form === "raw-http") await readHttp(dump);
    else if (form === "ndjson") await readLines(dump);
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
  const line = jsonOf(head.subarray(0, newline === -1 ? head.length : newline));
  if (line === undefined) return undefined;
  // A first line longer than this can only be one of several: nothing else prints JSON on lines so long.
  return newline === -1 || isJson(line) ? "ndjson" : undefined;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** A line without the `data:` of server-sent events; undefined when it does not mean to be JSON. */
function jsonOf(line: Buffer): string | undefined {
  const text = line
    .toString("utf8")
    .replace(/^\ufeff?(?:data: ?)?/, "")
    .trim();
  return text.startsWith("{") || text.startsWith("[") ? text : undefined;
}

async function readLines({ file, name, pauses, reader }: BigDump): Promise<void> {
  const lines = lineReader(longestLine);
  const read = async (ready: Line[]): Promise<void> => {
    for (const { number, bytes } of ready) {
      readLine(bytes, `${name}: line ${number}`, reader);
      await pauses.due();
    }
  };
  await readChunks(file, { start: 0 }, pauses, (chunk) => read(lines.push(chunk)));
  await read(lines.end());
}

/** The requests of one line. A log has lines without any: those are left out, but not those that are broken. */
function readLine(bytes: Buffer | null, place: string, reader: BigDumpReader): void {
  if (bytes === null) return reader.broken(new TelepathError("INPUT_TOO_LARGE", `${place} holds more than 16 MiB`));
  const text = jsonOf(bytes);
  if (text === undefined) return;
  try {
    reader.found({ plain: () => inLines(plainJson(text)), whole: () => inLines(readDump(Buffer.from(text))) });
  } catch (error) {
    if (!(error instanceof TelepathError)) throw error;
    if (error.code !== "UNKNOWN_DUMP") reader.broken(new TelepathError(error.code, `${place}: ${error.message}`));
  }
}

/** JSON of no known program, one value a line, is a form of its own. */
function inLines<Reading extends DumpReading | undefined>(reading: Reading): Reading {
  return reading?.format === "json" ? { ...reading, format: "ndjson" } : reading;
}

async function readHttp(dump: BigDump): Promise<void> {
  const { file, size, name } = dump;
  let at = 0;
  for (;;) {
    const part = readPart(file, at, headBytes);
    const start = skipBlankLines(part, 0);
    if (start === part.length) {
      if (part.length === 0) return;
      at += start;
      continue;
    }
    const head = readHead(part, start);
    if (!head.closed && at + part.length < size) {
      throw new TelepathError("BROKEN_DUMP", `${name}: the head at byte ${at + start} is longer than 1 MiB`);
    }
    const line = requestLine(head.startLine);
    const { headers } = head;
    if (headerValues(headers, "transfer-encoding").length > 0) {
      throw new TelepathError(
        "INPUT_TOO_LARGE",
        `${name}: the message at byte ${at + start} has a Transfer-Encoding, which is not read in a dump above 64 MiB`,
        "cut this request out into a file of its own",
      );
    }
    const bodyStart = Math.min(at + head.end, size);
    const declaredBytes = announcedBytes(headers);
    const end = Math.min(bodyStart + (declaredBytes ?? size), size);
    const rest = whatFollows(dump, end);
    if (line !== undefined) {
      const request = { method: line.method, target: originForm(line.target), headers, declaredBytes };
      const notes = rest.left === 0 ? [] : [`${rest.left} bytes follow the body and were left out.`];
      await readBody(dump, { request, start: bodyStart, end, notes });
    }
    if (rest.next === undefined) return;
    at = rest.next;
  }
}

/** Where the next message starts, or how many bytes follow that are none. */
function whatFollows({ file, size }: BigDump, end: number): { next: number | undefined; left: number } {
  const part = readPart(file, end, headBytes);
  const start = skipBlankLines(part, 0);
  if (start === part.length) return { next: undefined, left: 0 };
  return startsMessage(part, start) ? { next: end + start, left: 0 } : { next: undefined, left: size - end };
}

interface Found {
  request: Pick<DumpedRequest, "method" | "target" | "headers" | "declaredBytes">;
  start: number;
  end: number;
  notes: string[];
}

async function readBody(dump: BigDump, { request, start, end, notes }: Found): Promise<void> {
  const { file, secrets, pauses, reader } = dump;
  const length = end - start;
  if (length <= (dump.largestHeld ?? largestHeldBody)) {
    const settled = settleBody([{ held: "bytes", bytes: readPart(file, start, length) }], request.declaredBytes);
    const held = { ...request, ...settled, notes: [...settled.notes, ...notes] };
    reader.found({ plain: () => undefined, whole: () => ({ format: "raw-http", requests: [held] }) });
    await pauses.due();
    return;
  }
  const check = streamedCheck(request.headers, secrets);
  const bytes = await readChunks(file, { start, end }, pauses, (chunk) => check.update(chunk));
  const held = fidelityOf(bytes, request.declaredBytes);
  const streamed = { ...request, ...held, body: new Uint8Array(), otherReadings: [], notes: [...held.notes, ...notes] };
  const judgement = check.judge({ fidelity: held.fidelity, declaredBytes: request.declaredBytes });
  reader.streamed("raw-http", streamed, bytes, judgement);
}

function fidelityOf(bytes: number, declared: number | null): Pick<DumpedRequest, "fidelity" | "notes"> {
  if (declared === bytes) return { fidelity: "exact", notes: [] };
  if (declared !== null) return { fidelity: "truncated", notes: [`The dump holds ${bytes} of ${declared} bytes.`] };
  // Without its length, an editor's last line end cannot be told from the body's own.
  return { fidelity: "text", notes: ["The request does not tell the length of its body: the rest of the file is it."] };
}

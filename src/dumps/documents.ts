import type { DumpedRequest } from "../model/dump.ts";
import type { Dump, JsonNode, Source } from "./format.ts";
import { tryParseJson } from "./json.ts";
import { once } from "./once.ts";

/** One JSON value of a dump; offsets of its nodes count from its own text. */
export interface JsonDocument extends Source {
  json: JsonNode;
}

/** The JSON values of a dump, and the lines (from 1) that mean to be JSON and are not. */
export interface JsonDocuments {
  documents: readonly JsonDocument[];
  broken: readonly number[];
}

const LONGEST_PREFIX = 400;
/** With more broken lines than this, and than whole ones, it is no log of JSON. */
const MOST_BROKEN = 1000;

/**
 * The JSON values of a dump: the one it is, or those of a log. There they stand one a line, after a time stamp or a
 * server-sent event's `data:`, or printed over several lines as `wrangler tail` and `jq` do.
 */
export const jsonDocuments = once(({ text, json }: Pick<Dump, "text" | "json">): JsonDocuments => {
  return json === undefined ? documentsIn(text) : { documents: [{ text, json }], broken: [] };
});

/** The requests of a dump, the first with a note of the lines that could not be read. */
export function withBroken(requests: DumpedRequest[], broken: readonly number[]): DumpedRequest[] {
  const [first, ...rest] = requests;
  if (first === undefined || broken.length === 0) return requests;
  const lines = `${broken.slice(0, 5).join(", ")}${broken.length > 5 ? ", …" : ""}`;
  return [{ ...first, notes: [...first.notes, `Not JSON and left out: line ${lines}.`] }, ...rest];
}

/** Without a line that starts as JSON does, or an object that starts within one, there is no JSON value in a text. */
const MAY_HOLD_JSON = /^[{[]|\{"/m;

function documentsIn(text: string): JsonDocuments {
  const documents: JsonDocument[] = [];
  const broken: number[] = [];
  if (!MAY_HOLD_JSON.test(text)) return { documents, broken };
  const lines = text.split("\n");
  // The last line that closes what is printed over several lines: beyond it there is nothing to look for.
  const last = { "}": lastLineOf(lines, "}"), "]": lastLineOf(lines, "]") };
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at]!.trimEnd();
    const start = startOfJson(line);
    if (start === -1) continue;
    const close = line === "{" ? "}" : line === "[" ? "]" : undefined;
    let end = at;
    if (close !== undefined && last[close] > at) while (!isOnly(close, lines[end]!)) end += 1;
    const json = (end === at ? line : trimmed(lines.slice(at, end + 1))).slice(start);
    const node = json.endsWith(json.startsWith("{") ? "}" : "]") ? tryParseJson(json) : undefined;
    if (node) documents.push({ text: json, json: node });
    else if (start === 0) broken.push(at + 1);
    if (broken.length > MOST_BROKEN && broken.length > documents.length) break;
    at = end;
  }
  return { documents, broken };
}

function lastLineOf(lines: readonly string[], close: string): number {
  return lines.findLastIndex((line) => isOnly(close, line));
}

function isOnly(close: string, line: string): boolean {
  return line.startsWith(close) && line.trimEnd() === close;
}

function trimmed(lines: readonly string[]): string {
  return lines.map((line) => line.trimEnd()).join("\n");
}

/** Where the JSON of a line starts: at once, or after a time stamp, a level, a stream's name. */
function startOfJson(line: string): number {
  if (line.startsWith("{") || line.startsWith("[")) return 0;
  return line.endsWith("}") ? line.slice(0, LONGEST_PREFIX).indexOf('{"') : -1;
}

import { javascript } from "./javascript.ts";
import { attempt } from "./language.ts";
import { LiteralParser } from "./parser.ts";

/** One `key=value` of a log line. */
export interface Pair {
  key: string;
  value: string;
}

const KEY = /(?<![^\s,;{[("'])["']?([A-Za-z_@][\w.@-]{0,100})["']?=/g;
const BARE = /\S*/y;
const NEXT_KEY = /\s[\w.@-]{1,100}=|$/g;
const MOST_UNCLOSED = 8;

/**
 * The pairs of a log line. Values are bare, in quotes with the escapes Go, JavaScript and Python share, or JSON that
 * stands there without quotes, spaces and all; one that was cut and has no end goes on to the next key. Text between the
 * pairs is passed over.
 */
export function pairsOf(line: string): Pair[] {
  const pairs: Pair[] = [];
  let unclosed = 0;
  for (let at = 0; ;) {
    KEY.lastIndex = at;
    const match = KEY.exec(line);
    if (match === null) return pairs;
    const start = match.index + match[0].length;
    const nested = unclosed < MOST_UNCLOSED && /["'{[]/.test(line[start] ?? "");
    const found = nested ? (nestedAt(line, start) ?? cutAt(line, start)) : bareAt(line, start);
    if (found.isCut) unclosed += 1;
    pairs.push({ key: match[1] ?? "", value: found.value });
    at = found.end;
  }
}

interface Found {
  value: string;
  end: number;
  isCut?: true;
}

function nestedAt(line: string, start: number): Found | undefined {
  const { node, end } = attempt(new LiteralParser(line, start, javascript));
  if (node === undefined) return undefined;
  return { value: node.type === "string" ? node.value : line.slice(start, end), end };
}

function cutAt(line: string, start: number): Found {
  NEXT_KEY.lastIndex = start;
  const end = NEXT_KEY.exec(line)?.index ?? line.length;
  const shown = line.slice(start, end).trimEnd();
  const quote = /^["']/.exec(shown)?.[0];
  const closed = quote === undefined ? undefined : nestedAt(`${shown.replace(/\\$/, "")}${quote}`, 0);
  return { value: closed?.value ?? shown, end, isCut: true };
}

function bareAt(line: string, start: number): Found {
  BARE.lastIndex = start;
  const value = BARE.exec(line)?.[0] ?? "";
  return { value: value.replace(/[,;]$/, ""), end: start + value.length };
}

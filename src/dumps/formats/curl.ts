import type { DumpedRequest } from "../../model/dump.ts";
import { TelepathError } from "../../model/errors.ts";
import { readBash, type BashReading } from "../commands/bash.ts";
import { cmdLines, readCmd, type CmdReading } from "../commands/cmd.ts";
import { curlCommands, curlRequests, type CurlCommand } from "../commands/curl.ts";
import { literalHex, lostCharacters } from "../commands/lost-characters.ts";
import type { DumpFormat } from "../format.ts";
import { distinct, isUtf8 } from "../readings.ts";

const CURL_WORD = /(?:^|[\n|;&(])[ \t]*(?:[$>%] {1,4})?(?:[A-Za-z]:?[^\s'"{}]{0,200}[\\/])?curl(?:\.exe)?[ \t\\^\n]/;
const CMD_QUOTES = /\bcurl(?:\.exe)? +\^"|\^\r?\n/;
const QUOTES_OF_OLD_CMD = /[^ \t=:,]""[^ \t]/;

/** curl commands as browsers and proxies copy them, and as people type them: bash and Windows' cmd. */
export const curl: DumpFormat = {
  name: "curl",
  description:
    "curl commands for bash or cmd: a browser's Copy as cURL, mitmproxy, telepath-hooks export --format curl",

  recognizes({ bytes }) {
    // Most dumps hold no such word: its surroundings need not be looked for.
    if (!bytes.includes("curl")) return false;
    const script = bytes.toString("latin1");
    return !/^\s*[{[]/.test(script.slice(0, 1000)) && CURL_WORD.test(script);
  },

  parse({ bytes }) {
    const script = bytes.toString("latin1");
    const [first, ...others] = CMD_QUOTES.test(script) ? cmdReadings(script) : bashReadings(script);
    const requests = (first?.() ?? []).flatMap(curlRequests);
    if (requests.length === 0) throw new TelepathError("BROKEN_DUMP", "there is no curl command in this dump");
    const alternatives = others.map(attempt).filter(({ length }) => length === requests.length);
    return requests.map((request, index) =>
      withReadings(
        request,
        alternatives.flatMap((all) => all[index] ?? []),
      ),
    );
  },
};

type Read = () => CurlCommand[];

function bashReadings(script: string): Read[] {
  const bash = (reading: BashReading) => () => curlCommands(readBash(script, reading));
  const readings: Read[] = [bash({ escapes: "bytes", keepsFinalNewlines: false })];
  if (/\$'(?:[^'\\]|\\[^])*?\\[xu]/.test(script))
    readings.push(bash({ escapes: "code-points", keepsFinalNewlines: false }));
  if (script.includes("$(printf ")) {
    readings.push(bash({ escapes: "bytes", keepsFinalNewlines: true }));
    readings.push(bash({ escapes: "bytes", keepsFinalNewlines: true, printsLiterally: true }));
  }
  if (QUOTES_OF_OLD_CMD.test(script)) readings.push(...cmdReadings(script));
  return readings;
}

function cmdReadings(script: string): Read[] {
  const lines = cmdLines(script);
  const cmd = (reading: CmdReading) => () =>
    curlCommands(readCmd(lines, reading).map((words) => ({ words, input: null, expands: false })));
  return [
    cmd({ newline: "\n", backslashes: "doubled" }),
    cmd({ newline: "\r\n", backslashes: "doubled" }),
    cmd({ newline: "\n", backslashes: "as Windows" }),
    cmd({ newline: "", backslashes: "as Windows" }),
  ];
}

/** The requests as another shell would read them; none when it could not. */
function attempt(read: Read): DumpedRequest[] {
  try {
    return read().flatMap(curlRequests);
  } catch (error) {
    if (error instanceof TelepathError) return [];
    throw error;
  }
}

/** Adds what the other readings of the dump, and of the body itself, make of the same request. */
function withReadings(request: DumpedRequest, alternatives: DumpedRequest[]): DumpedRequest {
  const isEmpty = request.body.length === 0 && request.otherReadings.length === 0 && alternatives.length === 0;
  if (isEmpty || request.fidelity === "absent") return request;
  const bodies = [request, ...alternatives].flatMap(({ body, otherReadings }) => [body].concat(otherReadings));
  // What is no UTF-8 as bash reads it was written by a browser that meant code points.
  const ordered = request.fidelity === "exact" || isUtf8(request.body) ? bodies : [...bodies.filter(isUtf8), ...bodies];
  const [body = request.body] = ordered;
  const readings = [
    ...ordered,
    ...bodies.flatMap(literalHex),
    ...bodies.slice(0, 2).flatMap((bytes) => lostCharacters(bytes)),
  ];
  const fidelity = body === request.body ? request.fidelity : "text";
  return { ...request, body, fidelity, otherReadings: distinct(readings, body) };
}

import { isDeepStrictEqual } from "node:util";
import type { DumpedRequest } from "../../model/dump.ts";
import { TelepathError } from "../../model/errors.ts";
import { readBash } from "../commands/bash.ts";
import { readCmd } from "../commands/cmd.ts";
import { curlProgram, curlTransfers, type Transfer } from "../commands/curl.ts";
import { literalHex, lostCharacters } from "../commands/lost-characters.ts";
import type { ShellCommand } from "../commands/shell-command.ts";
import type { BashReading } from "../commands/words.ts";
import type { DumpFormat } from "../format.ts";
import { distinct, isUtf8, withBody, type SettledBody } from "../readings.ts";

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
    const requests: DumpedRequest[] = [];
    for (const { method, targets, headers, settled, others } of transfersIn(script)) {
      const alike = others.filter((other) => isDeepStrictEqual(other.targets, targets));
      const read = withReadings(settled, alike);
      for (const target of targets) requests.push(withBody(method, target, headers, read));
    }
    if (requests.length === 0) throw new TelepathError("BROKEN_DUMP", "there is no curl command in this dump");
    return requests;
  },
};

/** What producers other than bash mean. */
const PRODUCERS: readonly BashReading[] = [
  { escapes: "code-points", keepsFinalNewlines: false },
  { escapes: "bytes", keepsFinalNewlines: true },
  { escapes: "bytes", keepsFinalNewlines: true, printsLiterally: true },
];

function transfersIn(script: string): Iterable<Transfer> {
  if (CMD_QUOTES.test(script)) return eachTransfer(readCmd(script, curlProgram));
  const transfers = eachTransfer(readBash(script, curlProgram, PRODUCERS));
  return QUOTES_OF_OLD_CMD.test(script) ? orInCmd([...transfers], script) : transfers;
}

function* eachTransfer(commands: Iterable<ShellCommand>): Generator<Transfer> {
  for (const command of commands) yield* curlTransfers(command);
}

/** What bash reads may be meant for cmd, if that reads as many transfers; those to other targets are left out later. */
function orInCmd(transfers: Transfer[], script: string): Transfer[] {
  const inCmd = [...eachTransfer(readCmd(script, curlProgram))];
  if (inCmd.length !== transfers.length) return transfers;
  for (const [index, transfer] of transfers.entries()) {
    const other = inCmd[index]!;
    transfer.others = transfer.others.concat(other, other.others);
  }
  return transfers;
}

/** Adds what the other readings of the dump, and of the body itself, make of the same body. */
function withReadings(settled: SettledBody, alternatives: readonly Transfer[]): SettledBody {
  const isEmpty = settled.body.length === 0 && settled.otherReadings.length === 0 && alternatives.length === 0;
  if (isEmpty || settled.fidelity === "absent") return settled;
  const bodies = [settled, ...alternatives.map((other) => other.settled)].flatMap(({ body, otherReadings }) =>
    [body].concat(otherReadings),
  );
  // What is no UTF-8 as bash reads it was written by a browser that meant code points.
  const ordered = settled.fidelity === "exact" || isUtf8(settled.body) ? bodies : [...bodies.filter(isUtf8), ...bodies];
  const [body = settled.body] = ordered;
  const readings = [
    ...ordered,
    ...bodies.flatMap(literalHex),
    ...bodies.slice(0, 2).flatMap((bytes) => lostCharacters(bytes)),
  ];
  const fidelity = body === settled.body ? settled.fidelity : "text";
  return { ...settled, body, fidelity, otherReadings: distinct(readings, body) };
}

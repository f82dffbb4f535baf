import type { DumpedRequest } from "../../model/dump.ts";
import { TelepathError } from "../../model/errors.ts";
import type { Dump, DumpFormat } from "../format.ts";
import { tryParseJson } from "../json.ts";
import { requestsIn, signedRequestsIn } from "../values/requests.ts";

/** Logs with one JSON value a line: pino, Fastify, container logs, and server-sent events' `data:` lines. */
export const ndjson: DumpFormat = {
  name: "ndjson",
  description: "one JSON value a line: pino, Fastify, cloud logs, smee's event stream",

  recognizes(dump) {
    if (dump.json !== undefined) return false;
    return linesOf(dump).some((line) => line.json !== undefined && requestsIn(line.json, line).length > 0);
  },

  parse(dump) {
    const lines = linesOf(dump);
    const requests = firstOf(lines, signedRequestsIn, requestsIn);
    const [first, ...rest] = requests;
    if (first === undefined) throw new TelepathError("BROKEN_DUMP", "no line of it has headers and a body");
    const broken = lines.filter((line) => line.json === undefined).map(({ number }) => number);
    if (broken.length === 0) return requests;
    const shown = `${broken.slice(0, 5).join(", ")}${broken.length > 5 ? ", …" : ""}`;
    return [{ ...first, notes: [...first.notes, `Not JSON and left out: line ${shown}.`] }, ...rest];
  },
};

interface Line extends Dump {
  number: number;
}

type Read = (node: NonNullable<Dump["json"]>, dump: Dump) => DumpedRequest[];

/** What the first way of reading the lines finds; the next only when that is nothing. */
function firstOf(lines: Line[], ...reads: Read[]): DumpedRequest[] {
  for (const read of reads) {
    const requests = lines.flatMap((line) => (line.json === undefined ? [] : read(line.json, line)));
    if (requests.length > 0) return requests;
  }
  return [];
}

/** The lines that mean to be JSON, each a dump of its own. */
function linesOf({ text }: Dump): Line[] {
  const lines: Line[] = [];
  for (const [index, whole] of text.split("\n").entries()) {
    const line = whole.replace(/^data: ?/, "").trim();
    if (line.startsWith("{") || line.startsWith("[")) {
      lines.push({ number: index + 1, text: line, bytes: Buffer.from(line), json: tryParseJson(line) });
    }
  }
  return lines;
}

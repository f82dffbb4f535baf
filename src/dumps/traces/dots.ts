import { backslash, dot, lineFeed, quote, tab } from "../../model/ascii.ts";
import type { DumpedRequest } from "../../model/dump.ts";
import { asBuffer, distinct } from "../readings.ts";

/** All readings of a body together, in bytes, and their number. */
const MOST_BYTES = 8_388_608;
const MOST_READINGS = 4096;

/**
 * What is known of a request whose bytes were printed with a dot for each that does not print. Without a dot its body is
 * as it was sent. With some, it is text in which a dot can be any such byte; what it most likely was are other readings.
 *
 * @param instead what shows every byte.
 */
export function withDots(request: DumpedRequest, instead: string): DumpedRequest {
  const body = asBuffer(request.body);
  const dots = body.reduce((count, byte) => (byte === dot ? count + 1 : count), 0);
  if (dots === 0) return request;
  const fidelity = request.fidelity === "exact" ? "text" : request.fidelity;
  const note = `The dump has a dot for each byte that does not print, and this body has ${dots}: ${instead}`;
  const readings = [...request.otherReadings, ...readingsOf(body)];
  return { ...request, fidelity, otherReadings: distinct(readings, body), notes: [...request.notes, note] };
}

/** Line ends put back, then one letter or emoji; none for a body in which more is unknown than can be tried. */
function readingsOf(body: Buffer): Buffer[] {
  const spaced = withLineEnds(body);
  return [spaced, ...lettersPutBack(body), ...lettersPutBack(spaced)].filter((reading) => reading !== body);
}

/** JSON has no dots but in strings and between digits: all others were line ends, or tabs after one. So was a last one. */
function withLineEnds(body: Buffer): Buffer {
  const restored = Buffer.from(body);
  let inString = false;
  for (let at = 0; at < body.length; at += 1) {
    const byte = body[at];
    if (inString && byte === backslash) at += 1;
    else if (byte === quote) inString = !inString;
    else if (byte === dot && !inString && !(isDigit(body[at - 1]) && isDigit(body[at + 1]))) {
      restored[at] = restored[at - 1] === lineFeed || restored[at - 1] === tab ? tab : lineFeed;
    }
  }
  if (body.at(-1) === dot) restored[body.length - 1] = lineFeed;
  return restored;
}

/** A single run of two dots is a letter beyond ASCII, of three a dash or a quote, of four an emoji. */
function lettersPutBack(body: Buffer): Buffer[] {
  const runs = [...body.toString("latin1").matchAll(/\.{2,}/g)];
  const [run] = runs;
  const candidates = runs.length === 1 && run ? (CANDIDATES.get(run[0].length) ?? []) : [];
  if (run === undefined || candidates.length * body.length > MOST_BYTES) return [];
  return candidates.slice(0, MOST_READINGS).map((codePoint) => {
    const reading = Buffer.from(body);
    reading.write(String.fromCodePoint(codePoint), run.index);
    return reading;
  });
}

const CANDIDATES = new Map([
  [2, range(0xa0, 0x4ff)],
  [3, [...range(0x2010, 0x2027), ...range(0x2030, 0x203a), 0x20ac, 0x2122, ...range(0x2190, 0x21ff)]],
  [4, range(0x1f300, 0x1faff)],
]);

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_unused, index) => first + index);
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

import { readPlain } from "../../dumps/plain.ts";
import type { DumpReading } from "../../dumps/read.ts";
import { readRegularFile } from "../input.ts";
import { isPlainlyValid } from "../views/verification-drawn.ts";
import type { Alike } from "./alike.ts";
import { judgePlain, type Judged, type JudgeTerms } from "./judged.ts";
import { isWithoutRequest, lineDump, linesOf, type Line, type LinesPart } from "./lines.ts";
import { largestPassed, type Outcome } from "./outcome.ts";
import { completeReading, type unloaded } from "./unloaded.ts";

/** Some of the work: files to be read as dumps, or a part of a large file with one JSON value a line. */
export type Piece = { compare: boolean } & (FilesPiece | LinesPiece);

interface FilesPiece {
  kind: "files";
  /** Where the files are; null for one that is no file. */
  paths: (string | null)[];
}

interface LinesPiece extends LinesPart {
  kind: "lines";
}

/** What a thread must know besides its pieces. */
export interface PieceTerms extends Omit<JudgeTerms, "compare"> {
  /** The form to read; undefined to tell it from the bytes. */
  format: string | undefined;
}

/** A line of which nothing comes. */
export const nothing = Symbol("nothing");

/** What comes of a piece, and where it waits for the complete reading. */
export type Found = Outcome | typeof unloaded | typeof nothing;

/**
 * Does a piece, and returns how many items it had. Throws nothing that an item causes: that is told as remainder.
 *
 * @param alike where text is drawn of what is plainly valid; null where all of it is asked for
 */
export function outcomesOf(piece: Piece, terms: PieceTerms, alike: Alike | null): Generator<Found, number> {
  const judging = { ...terms, compare: piece.compare };
  return piece.kind === "lines" ? linesOutcomes(piece, judging, alike) : filesOutcomes(piece, judging, alike);
}

type Terms = PieceTerms & JudgeTerms;

function* filesOutcomes({ paths }: FilesPiece, terms: Terms, alike: Alike | null): Generator<Found, number> {
  for (const [item, path] of paths.entries()) {
    const bytes = path === null ? undefined : smallFile(path);
    const end = bytes && terms.format === undefined ? alike?.drawn(bytes) : undefined;
    if (bytes === undefined) yield { item, from: 0 };
    else if (end !== undefined) yield { item, end };
    else yield* fileOutcomes(item, Buffer.from(bytes), terms, alike);
  }
  return paths.length;
}

/** Most dumps fit in here. */
const room = Buffer.allocUnsafeSlow(64 * 1024);

/**
 * What a file holds until the next one is read; undefined for what is large or cannot be read: that comes again where
 * it can be told to the user.
 */
function smallFile(path: string): Buffer | undefined {
  try {
    return readRegularFile(path, "the dump", largestPassed, room);
  } catch {
    return undefined;
  }
}

/** What a plain reading comes to, when it is valid: those like it need not be read. */
function plainlyJudged(
  reading: DumpReading | undefined,
  bytes: Buffer,
  terms: JudgeTerms,
  alike: Alike | null,
): Judged | undefined {
  const judged = judgePlain(reading, terms);
  if (judged !== undefined && isPlainlyValid(judged)) alike?.learn(bytes);
  return judged;
}

function* fileOutcomes(item: number, bytes: Buffer, terms: Terms, alike: Alike | null): Generator<Found> {
  const { format } = terms;
  const plain = format === undefined ? plainlyJudged(readPlain(bytes), bytes, terms, alike) : undefined;
  if (plain !== undefined) return yield { item, index: 0, of: 1, judged: plain };
  const { judgeWhole } = yield* completeReading();
  let from = 0;
  try {
    for (const { index, of, judged } of judgeWhole({ whole: (read) => read(bytes, { format }) }, terms)) {
      yield { item, index, of, judged: judged.payload === undefined ? { ...judged, head: bytes } : judged };
      from += 1;
    }
  } catch {
    // Whatever it is, it comes again, too.
    yield { item, from };
  }
}

function* linesOutcomes(part: LinesPart, terms: JudgeTerms, alike: Alike | null): Generator<Found, number> {
  const lines = linesOf(part);
  for (;;) {
    const next = lines.next();
    if (next.done === true) return next.value;
    const { item, at, bytes } = next.value;
    const end = bytes && alike?.drawn(bytes);
    if (bytes === undefined) yield { item, from: 0, at };
    else if (end !== undefined) yield { item, end };
    else yield* lineOutcomes({ item, at, bytes }, terms, alike);
  }
}

type ShortLine = Line & { bytes: Buffer };

function* lineOutcomes({ item, at, bytes }: ShortLine, terms: JudgeTerms, alike: Alike | null): Generator<Found> {
  const dump = lineDump(bytes.toString());
  if (dump === undefined) return yield nothing;
  const of = Number.POSITIVE_INFINITY;
  const plain = plainlyJudged(dump.plain(), bytes, terms, alike);
  if (plain !== undefined) return yield { item, index: 0, of, judged: plain };
  const { judgeWhole } = yield* completeReading();
  let from = 0;
  try {
    for (const { judged } of judgeWhole(dump, terms)) {
      yield { item, index: from, of, judged };
      from += 1;
    }
  } catch (error) {
    yield isWithoutRequest(error) ? nothing : { item, from, at };
  }
}

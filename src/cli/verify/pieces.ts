import { readPlain } from "../../dumps/plain.ts";
import { readDump } from "../../dumps/read.ts";
import { readRegularFile } from "../input.ts";
import { judgeDump, type JudgeTerms } from "./judged.ts";
import { isWithoutRequest, lineDump, linesOf, type Line, type LinesPart } from "./lines.ts";
import { largestPassed, type Outcome } from "./outcome.ts";

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

/** Does a piece, and returns how many items it had. Throws nothing that an item causes: that is told as remainder. */
export function* outcomesOf(piece: Piece, terms: PieceTerms): Generator<Outcome, number> {
  const judging = { ...terms, compare: piece.compare };
  if (piece.kind === "lines") return yield* linesOutcomes(piece, judging);
  for (const [item, path] of piece.paths.entries()) yield* fileOutcomes(item, path, judging);
  return piece.paths.length;
}

function* fileOutcomes(item: number, path: string | null, terms: PieceTerms & JudgeTerms): Generator<Outcome> {
  let from = 0;
  try {
    if (path !== null) {
      const bytes = readRegularFile(path, "the dump", largestPassed);
      const dump = {
        plain: () => (terms.format === undefined ? readPlain(bytes) : undefined),
        whole: () => readDump(bytes, { format: terms.format }),
      };
      for (const { index, of, judged } of judgeDump(dump, terms)) {
        yield { item, index, of, judged: judged.payload === undefined ? { ...judged, head: bytes } : judged };
        from += 1;
      }
      return;
    }
  } catch {
    // Whatever it is, it comes again where it can be told to the user.
  }
  yield { item, from };
}

function* linesOutcomes(part: LinesPart, terms: JudgeTerms): Generator<Outcome, number> {
  const lines = linesOf(part);
  for (;;) {
    const next = lines.next();
    if (next.done === true) return next.value;
    yield* lineOutcomes(next.value, terms);
  }
}

function* lineOutcomes({ item, at, text }: Line, terms: JudgeTerms): Generator<Outcome> {
  if (text === undefined) return yield { item, from: 0, at };
  const dump = lineDump(text);
  if (dump === undefined) return;
  let from = 0;
  try {
    for (const { judged } of judgeDump(dump, terms)) {
      yield { item, index: from, of: Number.POSITIVE_INFINITY, judged };
      from += 1;
    }
  } catch (error) {
    if (!isWithoutRequest(error)) yield { item, from, at };
  }
}

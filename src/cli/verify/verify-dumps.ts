import type { TelepathError } from "../../model/errors.ts";
import type { Context } from "../context.ts";
import type { DrawnPlace } from "../views/verification-drawn.ts";
import type { Verification } from "../views/verification.ts";
import type { DumpSource } from "./dump-sources.ts";
import type { Pauses } from "./pauses.ts";
import type { DrawnOutcomes } from "./packed.ts";
import type { Piece, PieceTerms } from "./pieces.ts";
import type { Threads } from "./threads.ts";

/** How dumps are read and judged. */
export interface VerifyTerms extends PieceTerms {
  /** The file is a bare body that came with this signature. */
  signature: string | undefined;
  /** The file is headers only; the body is here. */
  body: string | undefined;
  /** Whether the view wants to know how the next payloads fit the contract. */
  compares: () => boolean;
  pauses: Pauses;
  threads: Threads;
  /** A request that was found and judged. */
  found: (verification: Verification) => void;
  /** Plainly valid requests that were drawn but for their places. */
  drawn: (ends: readonly string[], place: DrawnPlace) => void;
  /** A part of a large file that could not be read; the rest goes on. */
  broken: (file: string, error: TelepathError) => void;
}

/** What becomes of each file. */
export interface FileTerms {
  /** Every request of it was found. */
  done: (source: DumpSource) => void;
  /** It could not be read, or the program itself failed on it; throwing ends the run. */
  failed: (source: DumpSource, error: unknown) => void;
}

/** So many files are handed to a thread at a time: few, since the search for a cause takes up to two seconds each. */
const filesAtOnce = 16;
/** Where there are more than this, handing out fewer takes longer than judging them. */
const manyFiles = 1000;
const filesOfMany = 64;

/**
 * Finds the requests of dumps and judges each, in order.
 *
 * @throws Interrupted; what `failed` throws
 */
export async function verifyDumps(
  sources: readonly DumpSource[],
  terms: VerifyTerms,
  { done, failed }: FileTerms,
  context: Context,
): Promise<void> {
  if (sources.length > manyFiles) terms.threads.hurry();
  const completely = async (source: DumpSource, from: number): Promise<void> => {
    try {
      const { verifyDump } = await import("./verify-dump.ts");
      await verifyDump(source, from, terms, context);
    } catch (error) {
      return failed(source, error);
    }
    done(source);
  };
  const drawnFiles = ({ item, ends }: DrawnOutcomes, before: number): void => {
    for (const [at, end] of ends.split("\n").entries()) {
      const source = sources[before + item + at]!;
      terms.drawn([end], { file: source.name, index: 0, of: 1 });
      done(source);
    }
  };
  await terms.threads.run(filePieces(sources, terms), (outcome, before) => {
    const source = sources[before + outcome.item]!;
    if ("ends" in outcome) return drawnFiles(outcome, before);
    if (!("judged" in outcome)) return completely(source, outcome.from);
    const { index, of, judged } = outcome;
    terms.found({ file: source.name, index, of, ...judged });
    return index + 1 === of ? done(source) : undefined;
  });
}

function* filePieces(sources: readonly DumpSource[], terms: VerifyTerms): Generator<Piece> {
  const isInPieces = terms.signature !== undefined || terms.body !== undefined;
  for (let at = 0, count = 0; at < sources.length; at += count) {
    count = at < manyFiles ? filesAtOnce : filesOfMany;
    const paths = sources.slice(at, at + count).map(({ path }) => (isInPieces ? null : path));
    yield { kind: "files", paths, compare: terms.compares() };
  }
}

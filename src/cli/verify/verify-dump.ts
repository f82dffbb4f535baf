import { bareBody, readHeaders, withBody } from "../../dumps/pieces.ts";
import { readPlain } from "../../dumps/plain.ts";
import type { readDump } from "../../dumps/read.ts";
import { TelepathError } from "../../model/errors.ts";
import type { Context } from "../context.ts";
import type { BigDump, BigDumpReader, UnreadDump } from "./big-dump.ts";
import { readBigDump, tooLargeToHold } from "./big-dumps.ts";
import { readLine } from "./big-lines.ts";
import { named, type DumpSource } from "./dump-sources.ts";
import type { Judged, JudgeTerms } from "./judged.ts";
import { partsOf } from "./lines.ts";
import type { Piece } from "./pieces.ts";
import { loadComplete } from "./unloaded.ts";
import type { VerifyTerms } from "./verify-dumps.ts";

/** Finds the requests of one dump of any kind and size, and judges each but the first ones, which were told before. */
export async function verifyDump(
  source: DumpSource,
  from: number,
  terms: VerifyTerms,
  context: Context,
): Promise<void> {
  if (terms.signature !== undefined || terms.body !== undefined) return verifyBodyFile(source, terms, context);
  let bytes: Buffer;
  try {
    const read = source.read();
    bytes = Buffer.isBuffer(read) ? read : await read;
  } catch (error) {
    if (!(error instanceof TelepathError) || error.code !== "INPUT_TOO_LARGE") throw error;
    if (source.path === null) throw tooLargeToHold("standard input");
    return verifyBigDump(source.name, source.path, terms);
  }
  const dump = {
    plain: () => (terms.format === undefined ? readPlain(bytes) : undefined),
    whole: (read: typeof readDump) => named(source.name, () => read(bytes, { format: terms.format })),
  };
  const { judgeDump } = await loadComplete();
  for (const { index, of, judged } of judgeDump(dump, judging(terms))) {
    if (index > 0) await terms.pauses.due();
    if (index >= from) terms.found({ file: source.name, index, of, head: bytes, ...judged });
  }
}

function judging(terms: VerifyTerms): JudgeTerms {
  return { ...terms, compare: terms.compares() };
}

/** A bare body, or headers and a body in a file each. Bodies of any size. */
async function verifyBodyFile(source: DumpSource, terms: VerifyTerms, context: Context): Promise<void> {
  const isBare = terms.signature !== undefined;
  const request = isBare
    ? bareBody(new Uint8Array(), Buffer.from(terms.signature!, "utf8").toString("latin1"))
    : readHeaders(await source.read());
  const path = isBare ? source.name : terms.body!;
  const [{ readBodyFile }, { judgeRequest }] = await Promise.all([import("./body-file.ts"), loadComplete()]);
  const read = await readBodyFile(path, isBare ? "the dump" : "the body", { ...terms, ...request }, context);
  const where = { file: source.name, index: 0, of: 1 };
  const format = isBare ? "body" : "headers";
  if ("body" in read) {
    terms.found({ ...where, ...judgeRequest(format, withBody(request, read.body), judging(terms)) });
  } else {
    terms.found({ ...where, format, request: { ...request, fidelity: "exact", notes: [] }, ...read, expected: null });
  }
}

async function verifyBigDump(name: string, path: string, terms: VerifyTerms): Promise<void> {
  let index = 0;
  let broken = 0;
  // Which requests there are is known at the end only; they are numbered from the first one on.
  const of = Number.POSITIVE_INFINITY;
  const found = (judged: Judged): void => {
    terms.found({ file: name, index, of, ...judged });
    index += 1;
  };
  const reader: BigDumpReader = {
    async found(dump) {
      const { judgeDump } = await loadComplete();
      for (const { judged } of judgeDump(dump, judging(terms))) found(judged);
    },
    streamed: (format, request, bytes, judgement) => found({ format, request, bytes, judgement, expected: null }),
    broken(error) {
      broken += 1;
      terms.broken(name, error);
    },
  };
  const readLines = (dump: BigDump): Promise<void> => {
    terms.threads.hurry();
    return terms.threads.run(linePieces(dump, terms), (outcome, before) => {
      if ("judged" in outcome) return found(outcome.judged);
      if ("ends" in outcome) {
        const ends = outcome.ends.split("\n");
        terms.drawn(ends, { file: name, index, of });
        index += ends.length;
        return undefined;
      }
      const rest = async (unread: UnreadDump): Promise<void> => {
        const { judgeDump } = await loadComplete();
        for (const each of judgeDump(unread, judging(terms))) if (each.index >= outcome.from) found(each.judged);
      };
      const line = { at: outcome.at!, bytes: undefined };
      return readLine(line, before + outcome.item + 1, { ...dump, reader: { ...reader, found: rest } });
    });
  };
  await readBigDump(path, { ...terms, name, reader, readLines });
  if (index === 0 && broken === 0) throw new TelepathError("UNKNOWN_DUMP", `${name}: there is no request in it`);
}

function* linePieces({ file, size }: BigDump, { compares }: VerifyTerms): Generator<Piece> {
  for (const part of partsOf(file, size)) yield { kind: "lines", ...part, compare: compares() };
}

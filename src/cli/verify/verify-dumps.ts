import { bareBody, readHeaders, withBody } from "../../dumps/pieces.ts";
import { readPlain } from "../../dumps/plain.ts";
import { readDump } from "../../dumps/read.ts";
import type { DumpedRequest } from "../../model/dump.ts";
import { TelepathError } from "../../model/errors.ts";
import type { Secret } from "../../model/secret.ts";
import { judge, type Judgement } from "../../signatures/judge.ts";
import { signature } from "../../signatures/sign.ts";
import { readBigDump, tooLargeToHold, type BigDumpReader, type UnreadDump } from "./big-dumps.ts";
import { readBodyFile } from "./body-file.ts";
import type { Context } from "../context.ts";
import { named, type DumpSource } from "./dump-sources.ts";
import type { Pauses } from "./pauses.ts";
import type { Verification } from "../views/verification.ts";

/** How dumps are read and judged. */
export interface VerifyTerms {
  secrets: readonly Secret[];
  explain: boolean;
  showExpected: boolean;
  /** The form to read; undefined to tell it from the bytes. */
  format: string | undefined;
  /** The file is a bare body that came with this signature. */
  signature: string | undefined;
  /** The file is headers only; the body is here. */
  body: string | undefined;
  pauses: Pauses;
  /** A request that was found and judged. */
  found: (verification: Verification) => void;
  /** A part of a large file that could not be read; the rest goes on. */
  broken: (file: string, error: TelepathError) => void;
}

/**
 * Finds the requests of one dump and judges each.
 *
 * @throws TelepathError when the dump cannot be read; Interrupted
 */
export async function verifyDump(source: DumpSource, terms: VerifyTerms, context: Context): Promise<void> {
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
  const judged = judgeDump(
    {
      plain: () => (terms.format === undefined ? readPlain(bytes) : undefined),
      whole: () => named(source.name, () => readDump(bytes, { format: terms.format })),
    },
    terms,
  );
  for (const [index, verification] of judged.entries()) {
    if (index > 0) await terms.pauses.due();
    terms.found({ file: source.name, index, of: judged.length, head: bytes, ...verification() });
  }
}

/** A bare body, or headers and a body in a file each. Bodies of any size. */
async function verifyBodyFile(source: DumpSource, terms: VerifyTerms, context: Context): Promise<void> {
  const isBare = terms.signature !== undefined;
  const request = isBare
    ? bareBody(new Uint8Array(), Buffer.from(terms.signature!, "utf8").toString("latin1"))
    : readHeaders(await source.read());
  const path = isBare ? source.name : terms.body!;
  const read = await readBodyFile(path, isBare ? "the dump" : "the body", { ...terms, ...request }, context);
  const where = { file: source.name, index: 0, of: 1, format: isBare ? "body" : "headers" };
  if ("body" in read) terms.found({ ...where, ...judged(withBody(request, read.body), terms) });
  else terms.found({ ...where, request: { ...request, fidelity: "exact", notes: [] }, ...read, expected: null });
}

async function verifyBigDump(name: string, path: string, terms: VerifyTerms): Promise<void> {
  let index = 0;
  let broken = 0;
  // Which requests there are is known at the end only; they are numbered from the first one on.
  const of = Number.POSITIVE_INFINITY;
  const reader: BigDumpReader = {
    found(dump) {
      for (const verification of judgeDump(dump, terms)) {
        terms.found({ file: name, index, of, ...verification() });
        index += 1;
      }
    },
    streamed(format, request, bytes, judgement) {
      terms.found({ file: name, index, of, format, request, judgement, bytes, expected: null });
      index += 1;
    },
    broken(error) {
      broken += 1;
      terms.broken(name, error);
    },
  };
  await readBigDump(path, { ...terms, name, reader });
  if (index === 0 && broken === 0) throw new TelepathError("UNKNOWN_DUMP", `${name}: there is no request in it`);
}

type Judged = Pick<Verification, "format" | "request" | "judgement" | "expected">;

/** The requests of a dump, each with what judges it: that takes up to two seconds when its cause is looked for. */
function judgeDump({ plain, whole }: UnreadDump, terms: VerifyTerms): (() => Judged)[] {
  const easy = plain();
  const [request] = easy?.requests ?? [];
  if (easy !== undefined && request !== undefined) {
    const judgement = judge(request, terms.secrets, { explain: false });
    if (judgement.verdict === "valid") return [() => ({ format: easy.format, ...told(request, judgement, terms) })];
  }
  const { format, requests } = whole();
  return requests.map((each) => () => ({ format, ...judged(each, terms) }));
}

function judged(request: DumpedRequest, terms: VerifyTerms): Omit<Judged, "format"> {
  return told(request, judge(request, terms.secrets, { explain: terms.explain }), terms);
}

function told(request: DumpedRequest, judgement: Judgement, terms: VerifyTerms): Omit<Judged, "format"> {
  const isWhole = request.fidelity !== "absent" && request.fidelity !== "truncated";
  const expected = terms.showExpected && isWhole ? signature(request.body, terms.secrets[0]!) : null;
  return { request, judgement, expected };
}

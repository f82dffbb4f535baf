/**
 * The complete reading of dumps, and the search for causes: most of the program, and loaded only when something is not
 * plainly valid (`unloaded.ts`).
 */
import { readDump } from "../../dumps/read.ts";
import type { DumpedRequest } from "../../model/dump.ts";
import { judge } from "../../signatures/judge.ts";
import type { UnreadDump } from "./big-dump.ts";
import { judgePlain, told, type Judged, type JudgedRequest, type JudgeTerms } from "./judged.ts";

/**
 * The requests of a dump, one after the other: it takes up to two seconds when the cause of a mismatch is looked for.
 *
 * @throws TelepathError from the complete reading, before the first request.
 */
export function* judgeDump(dump: UnreadDump, terms: JudgeTerms): Generator<JudgedRequest> {
  const plain = judgePlain(dump.plain(), terms);
  if (plain === undefined) yield* judgeWhole(dump, terms);
  else yield { index: 0, of: 1, judged: plain };
}

/** The same of a dump that is not plainly valid. */
export function* judgeWhole({ whole }: Pick<UnreadDump, "whole">, terms: JudgeTerms): Generator<JudgedRequest> {
  const { format, requests } = whole(readDump);
  for (const [index, each] of requests.entries()) {
    yield { index, of: requests.length, judged: judgeRequest(format, each, terms) };
  }
}

/** Judges one request. */
export function judgeRequest(format: string, request: DumpedRequest, terms: JudgeTerms): Judged {
  return told(format, request, judge(request, terms.secrets, terms), terms);
}

import type { DumpedRequest } from "../../model/dump.ts";
import { eventHead } from "../../model/event.ts";
import type { Secret } from "../../model/secret.ts";
import { judge, type Judgement } from "../../signatures/judge.ts";
import { signature } from "../../signatures/sign.ts";
import { payloadCheck } from "../views/verification-contract.ts";
import type { Verification } from "../views/verification.ts";
import type { UnreadDump } from "./big-dump.ts";

/** How requests are judged. */
export interface JudgeTerms {
  secrets: readonly Secret[];
  explain: boolean;
  showExpected: boolean;
  /** Whether to compare the payloads with the contract: a view that shows it asks for it. */
  compare: boolean;
}

/** A verification but for where it was found. */
export type Judged = Omit<Verification, "file" | "index" | "of" | "remedy">;

/** One request of a dump. */
export interface JudgedRequest {
  /** From 0. */
  index: number;
  /** How many the dump holds. */
  of: number;
  judged: Judged;
}

/**
 * The requests of a dump, one after the other: it takes up to two seconds when the cause of a mismatch is looked for.
 *
 * The plain reading decides only that a request is valid: whatever else it may be is for the complete one.
 *
 * @throws TelepathError from the complete reading, before the first request.
 */
export function* judgeDump({ plain, whole }: UnreadDump, terms: JudgeTerms): Generator<JudgedRequest> {
  const easy = plain();
  const [request] = easy?.requests ?? [];
  if (easy !== undefined && request !== undefined) {
    const judgement = judge(request, terms.secrets, { explain: false });
    if (judgement.verdict === "valid") {
      yield { index: 0, of: 1, judged: told(easy.format, request, judgement, terms) };
      return;
    }
  }
  const { format, requests } = whole();
  for (const [index, each] of requests.entries()) {
    yield { index, of: requests.length, judged: judgeRequest(format, each, terms) };
  }
}

/** Judges one request. */
export function judgeRequest(format: string, request: DumpedRequest, terms: JudgeTerms): Judged {
  return told(format, request, judge(request, terms.secrets, { explain: terms.explain }), terms);
}

function told(format: string, request: DumpedRequest, judgement: Judgement, terms: JudgeTerms): Judged {
  const isWhole = request.fidelity !== "absent" && request.fidelity !== "truncated";
  const expected = terms.showExpected && isWhole ? signature(request.body, terms.secrets[0]!) : null;
  const isPlain = judgement.verdict === "valid" && judgement.proof === undefined && judgement.observations.length === 0;
  if (!isPlain || !isWhole) return { format, request, judgement, expected };
  // Of what is valid as it stands nothing more is shown than this: it need not be held, or handed to another thread.
  const { body } = request;
  const { event, callId } = eventHead(body);
  const payload = terms.compare ? { event, callId, check: payloadCheck({ request, judgement }) } : { event, callId };
  const { method, target, fidelity, declaredBytes, notes } = request;
  const brief = { method, target, fidelity, declaredBytes, notes, headers: [], body: noBody, otherReadings: [] };
  return { format, request: brief, judgement, expected, payload, bytes: body.length };
}

const noBody = new Uint8Array();

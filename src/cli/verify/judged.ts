import type { DumpReading } from "../../dumps/read.ts";
import type { DumpedRequest } from "../../model/dump.ts";
import { eventHead } from "../../model/event.ts";
import type { Secret } from "../../model/secret.ts";
import type { SampleNames } from "../../signatures/diagnose/samples.ts";
import { judgeValid, type Judgement } from "../../signatures/judgement.ts";
import { signature } from "../../signatures/sign.ts";
import { verifySignature } from "../../signatures/verify.ts";
import { payloadCheck } from "../views/verification-contract.ts";
import type { Verification } from "../views/verification.ts";

/** How requests are judged. */
export interface JudgeTerms {
  secrets: readonly Secret[];
  explain: boolean;
  /** The members of the project's own fixtures, object by object. */
  samples: readonly SampleNames[];
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

/** The request of a plain reading when it is valid. Whatever else it may be is for the complete reading. */
export function judgePlain(reading: DumpReading | undefined, terms: JudgeTerms): Judged | undefined {
  const [request] = reading?.requests ?? [];
  if (reading === undefined || request === undefined) return undefined;
  const checked = verifySignature(request.body, request.headers, terms.secrets);
  if (checked.verdict !== "valid") return undefined;
  return told(reading.format, request, judgeValid(checked.secret, terms.secrets), terms);
}

/** What is kept of a request that was judged. */
export function told(format: string, request: DumpedRequest, judgement: Judgement, terms: JudgeTerms): Judged {
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

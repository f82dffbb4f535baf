import type { PayloadCheck } from "../../../contract/check.ts";
import { eventCheck, headOf, problemText } from "../verification-contract.ts";
import { reasonWords, type Verification } from "../verification.ts";

/** What a report says of a request: the title, why it is not valid, and what to do. Texts are from outside: escape them. */
export interface RequestFinding {
  /** `call.ended`, or `POST /hooks` of what is no event. */
  title: string;
  callId: string;
  /** The cause when it is proved, else the reason. Empty for what is plainly valid. */
  why: string;
  code: string;
  fix: string;
  seen: string[];
  /** What the contract says of the payload: problems first, then hints. */
  contract: string[];
}

export function findingOf(verification: Verification): RequestFinding {
  const { request, judgement } = verification;
  const { event, callId } = headOf(verification);
  const { diagnosis, reason, verdict, observations } = judgement;
  return {
    title: event ?? ([request.method, request.target].filter((part) => part !== null).join(" ") || "request"),
    callId: callId ?? "",
    why: diagnosis?.summary ?? (reason === null ? "" : sentence(reasonWords[reason])),
    code: diagnosis?.code ?? reason ?? "",
    fix: diagnosis?.advice ?? "",
    seen: verdict === "valid" ? observations : [...observations, ...request.notes],
    contract: contractTexts(eventCheck(verification)),
  };
}

function contractTexts(check: PayloadCheck | null): string[] {
  if (check === null) return [];
  const problems = check.problems.map((problem) => {
    return `${problem.path === "" ? "the payload" : problem.path}: ${problemText(problem)}`;
  });
  return [...problems, ...check.notes].slice(0, mostTexts);
}

/** A payload of a thousand members that nobody knows is a line or two, not a thousand. */
const mostTexts = 20;

function sentence(words: string): string {
  return `${words[0]!.toUpperCase()}${words.slice(1)}.`;
}

import { isSuccess } from "../delivery/expectation.ts";
import { answerText } from "../model/answer-text.ts";
import type { Attempt } from "../model/delivery.ts";
import type { HttpResponse } from "../model/http.ts";
import type { Finding } from "./case.ts";

/** What the endpoint did with one request: it answered, or it did not. */
export interface Answer extends Reply {
  /** What the answer gives away, as `leakIn` says it; then it is never quoted. */
  leak: string | null;
}

/** An answer, before it is looked at for what it must not hold. */
export interface Reply {
  response: HttpResponse | null;
  /** Why there is no response, in words. */
  failure: string | null;
  durationMs: number;
  /** Of the delivery on record; null when there is none. */
  id: string | null;
}

/** An attempt as a reply. */
export function replyOf({ response, failure, message, durationMs }: Omit<Attempt, "number">, id: string): Reply {
  return { response, failure: response ? null : (message ?? failure), durationMs, id: id === "" ? null : id };
}

/** True for what Telepath takes for delivered. */
export function isAccepted({ response }: Answer): boolean {
  return response !== null && isSuccess(response.status);
}

/** True for a clear no: the fault is the sender's, and sending it again is no use (RFC 9110 §15.5). */
export function isRefused({ response }: Answer): boolean {
  return response !== null && response.status >= 400 && response.status < 500;
}

/** Every one of them has to be answered with 2xx. */
export function mustAccept(...answers: Answer[]): Finding {
  return judged(answers, isAccepted);
}

/** Every one of them has to be answered with 4xx: neither taken nor stumbled over. */
export function mustRefuse(...answers: Answer[]): Finding {
  return judged(answers, isRefused);
}

/** Passes when all are right; else the first that is not says what was got. */
export function judged(answers: readonly Answer[], isRight: (answer: Answer) => boolean): Finding {
  const wrong = answers.find((answer) => !isRight(answer));
  const shown = wrong ?? answers.at(-1);
  const which = wrong && answers.length > 1 ? `request ${answers.indexOf(wrong) + 1} of ${answers.length}: ` : "";
  return {
    verdict: wrong ? "fail" : "pass",
    got: which + (shown ? told(shown) : "nothing was sent"),
    deliveryIds: idsOf(answers),
  };
}

/** The same finding as a warning where the answer is `tolerable`, though not what was expected. */
export function orWarn(finding: Finding, answers: readonly Answer[], tolerable: (answer: Answer) => boolean): Finding {
  return finding.verdict === "fail" && answers.every(tolerable) ? { ...finding, verdict: "warn" } : finding;
}

export function idsOf(answers: readonly Answer[]): string[] {
  return answers.flatMap(({ id }) => (id === null ? [] : [id]));
}

/** An answer in words: `200`, `500 "TypeError: …"`, `no answer: the connection was reset`. */
export function told(answer: Answer): string {
  const { response, failure, leak } = answer;
  if (!response) return `no answer: ${failure ?? "unknown reason"}`;
  if (leak !== null) return `${response.status}, with ${leak} in it`;
  const line = isAccepted(answer) ? "" : firstLine(response);
  return line === "" ? String(response.status) : `${response.status} "${line}"`;
}

const longestLine = 80;

function firstLine(response: HttpResponse): string {
  const [text = ""] = answerText(response);
  return text.length > longestLine ? `${text.slice(0, longestLine - 1)}…` : text;
}

import { comfortableAnswerMs } from "../../contract/limits.ts";
import type { EarlierDelivery } from "../../listen/duplicates.ts";
import { lastStatus, type Attempt, type Delivery, type FailureKind } from "../../model/delivery.ts";
import type { ListeningPort } from "../nearby/listening-ports.ts";
import { answerLines } from "./answer-lines.ts";
import { shortId } from "./delivery-line.ts";
import { durationText, quoteBar, safeText } from "./text.ts";

/** What is known besides the delivery itself, by whoever has seen more than this one. */
export interface Known {
  /** What listens on this machine and could be the app that was meant. */
  nearby?: readonly ListeningPort[];
  /** Paths of the app that answered 2xx before. */
  worked?: readonly string[];
  /** The delivery that said the same before. */
  duplicateOf?: EarlierDelivery | null;
  /** The attempt is followed by another. */
  isTriedAgain?: boolean;
  /** How much to repeat of an answer that says what went wrong in the app. */
  answerLines?: number;
}

/**
 * What there is to say about a delivery: why it failed or, when it went well in spite of it, why its signature is wrong;
 * that its answer was slow; that it is the same as an earlier one. Each a line; undefined when there is nothing.
 */
export function deliveryAdvice(delivery: Delivery, known: Known = {}): string | undefined {
  const lines = [
    failureAdvice(delivery, known) ?? signatureAdvice(delivery),
    slowAdvice(delivery),
    duplicateAdvice(delivery, known),
  ].filter((line) => line !== undefined);
  return lines.length === 0 ? undefined : lines.join("\n");
}

/** What most likely went wrong with a failed delivery, and the next step. Undefined when there is nothing to say. */
export function failureAdvice(delivery: Delivery, known: Known = {}): string | undefined {
  const attempt = delivery.attempts.at(-1);
  if (delivery.outcome !== "failed" || attempt === undefined) return undefined;
  return attempt.response ? answerAdvice(attempt.response.status, delivery, known) : noAnswerAdvice(attempt, known);
}

function noAnswerAdvice({ failure, message }: Attempt, { nearby = [] }: Known): string {
  const what = safeText(message ?? failure ?? "no answer");
  if (failure !== "refused" || nearby.length === 0) return `${what}: ${failureSteps[failure ?? "reset"]}`;
  const others = nearby.map(({ port, name }) => (name === null ? String(port) : `${safeText(name)} on ${port}`));
  const verb = nearby.length === 1 ? "does" : "do";
  return `${what}, but ${listed(others)} ${verb}: start your app, or give its port: --port ${nearby[0]!.port}`;
}

const failureSteps: Record<FailureKind, string> = {
  refused: "start your app, or give its port with --port",
  timeout: "answer first and work later; Telepath waits 30 s",
  reset: "look at the app's log",
  dns: "check the host name in --to",
  tls: "check the app's certificate, or use http",
  aborted: "replay it when you are ready",
};

function answerAdvice(status: number, delivery: Delivery, known: Known): string {
  const [first = "", ...rest] = answerLines(delivery.attempts.at(-1)?.response, known.answerLines ?? 1);
  if (status >= 500 && first.startsWith(ownAnswer)) return `${first}: look at the listen that answered`;
  const advice = `the app answered ${status}${first && ` "${first}"`}: ${statusStep(status, delivery, known)}`;
  return status < 500 ? advice : [advice, ...rest.map((line) => quoteBar + line)].join("\n");
}

/** How the gateway's own answers begin: then it was not the app that answered. */
const ownAnswer = "telepath-hooks: ";

function statusStep(status: number, delivery: Delivery, known: Known): string {
  if (status === 401 || status === 403) return refusalStep(delivery);
  if (status === 404 || status === 405) return pathStep(delivery, known);
  if (status >= 300 && status < 400) return "Telepath follows no redirect; give the final URL";
  if (status < 500) return "any 2xx counts as delivered";
  return known.isTriedAgain ? "look at its log" : "look at its log; telepath-hooks replay last-failed tries again";
}

/** Whoever refused the caller most likely did for the signature: what is known of that. */
function refusalStep({ signature: { verdict, secret, diagnosis } }: Delivery): string {
  if (verdict === "valid") {
    const by = secret === null ? "" : ` by ${safeText(secret)}`;
    return `the signature is valid${by}, so the app has another secret, or checks other bytes than the raw body`;
  }
  if (verdict === "missing") return "the request has no signature; telepath-hooks send makes signed ones";
  if (diagnosis !== null) return `and rightly so. ${safeText(diagnosis.summary)} ${safeText(diagnosis.advice)}`;
  return verdict === "invalid"
    ? "the signature matches no secret known here either; compare the secret with the sender's"
    : "it refused the signature or the caller; compare the secrets";
}

function pathStep({ attempts }: Delivery, { worked = [] }: Known): string {
  const tried = pathOf(attempts.at(-1)?.url ?? "");
  const others = worked.filter((path) => path !== tried);
  if (others.length === 0) return "check the path and method of its route (--path, --to)";
  return `it has no ${safeText(tried)}, but ${listed(others.map(safeText))} worked before (--path, --to)`;
}

/** Of the URL of an attempt, without the query. */
export function pathOf(url: string): string {
  return URL.canParse(url) ? new URL(url).pathname : "/";
}

function signatureAdvice({ outcome, signature: { verdict, diagnosis } }: Delivery): string | undefined {
  if (diagnosis !== null) return `${safeText(diagnosis.summary)} ${safeText(diagnosis.advice)}`;
  return verdict === "invalid" && outcome === "delivered"
    ? "the signature matches no secret known here, and the app took it: it has another secret, or does not check"
    : undefined;
}

function slowAdvice(delivery: Delivery): string | undefined {
  const durationMs = delivery.attempts.at(-1)?.durationMs ?? 0;
  if (lastStatus(delivery) === null || durationMs <= comfortableAnswerMs) return undefined;
  return `the answer took ${durationText(durationMs)}; Telepath waits 30 s: answer first and work later`;
}

function duplicateAdvice({ createdAt }: Delivery, { duplicateOf }: Known): string | undefined {
  if (!duplicateOf) return undefined;
  const before = `${durationText(Math.max(createdAt - duplicateOf.createdAt, 0))} before`;
  const same = `the same as ${shortId(duplicateOf.id)}, ${before}`;
  return duplicateOf.delivered
    ? `${same}, which was delivered: the app must take a call's event once, however often it comes`
    : `${same}, which was not delivered: tried again`;
}

function listed(words: string[]): string {
  const last = words.at(-1)!;
  return words.length === 1 ? last : `${words.slice(0, -1).join(", ")} and ${last}`;
}

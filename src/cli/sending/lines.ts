import type { Waiting } from "../../delivery/attempts.ts";
import { anySuccess } from "../../delivery/expectation.ts";
import { lastStatus, type Delivery } from "../../model/delivery.ts";
import type { Context } from "../context.ts";
import { failureAdvice } from "../views/advice.ts";
import { verdictWord } from "../views/batch.ts";
import { deliveryLines } from "../views/delivery.ts";
import type { Style } from "../views/style.ts";
import { counted, indented, safeText } from "../views/text.ts";
import { nextTryText } from "../views/waiting.ts";
import { mostLines, type BatchTerms, type SettledTerms } from "./view.ts";

/** Of many, so many that fail have a line. */
const mostFailureLines = 10;

/** Draws what is settled; of many, the first failures only, and nothing of the rest. */
export function settledLines(
  { total, retrying }: BatchTerms,
  style: Style,
): (delivery: Delivery, terms: SettledTerms) => string {
  let failures = 0;
  return (delivery, { verdict, expected }) => {
    const failed = delivery.outcome !== "delivered";
    if (failed) failures += 1;
    if (total > mostLines && !(failed && failures <= mostFailureLines)) return "";
    const words = [retrying ? triesWord(delivery, style) : "", verdict ? verdictWord(verdict, style) : ""];
    const advice = adviceOn(delivery, expected);
    const extras = { word: words.filter(Boolean).join("  "), advice: retrying ? givenUp(delivery, advice) : advice };
    const lines = deliveryLines(atLastAttempt(delivery), style, extras);
    const isLast = total > mostLines && failures === mostFailureLines;
    return isLast ? lines + furtherLine("failures", style) : lines;
  };
}

/** Draws attempts that failed and are followed by another; of many, the first of them only. */
export function triedLines(
  { total }: BatchTerms,
  style: Style,
  { now }: Pick<Context, "now">,
): (waiting: Waiting, delivery: Delivery) => string {
  let tried = 0;
  return (waiting, delivery) => {
    if (waiting.made === 0) return "";
    tried += 1;
    if (total > mostLines && tried > mostFailureLines) return "";
    const next = style.warn(nextTryText(waiting, now()));
    const advice = waiting.made === 1 ? triedAdvice(waiting, delivery) : undefined;
    // A narrow line has no room for it.
    const extras = isNarrow(style)
      ? { advice: [next, advice].filter(Boolean).join("\n") }
      : { word: next, advice: advice ?? null };
    const lines = deliveryLines(atLastAttempt(delivery), style, extras);
    const isLast = total > mostLines && tried === mostFailureLines;
    return isLast ? lines + furtherLine("attempts that fail", style) : lines;
  };
}

/** In place of all lines after the last that is drawn. */
function furtherLine(what: string, style: Style): string {
  return `${indented(`further ${what} are counted only`, 10, style.columns)}\n`;
}

const columnsForWords = 64;

function isNarrow({ columns = Number.POSITIVE_INFINITY }: Style): boolean {
  return columns < columnsForWords;
}

/** At which attempt it was settled, where that was not the first. */
function triesWord({ attempts, outcome }: Delivery, style: Style): string {
  if (attempts.length < 2) return "";
  const word = isNarrow(style) ? `#${attempts.length}` : `attempt ${attempts.length}`;
  return outcome === "failed" ? style.bad(word) : style.good(word);
}

function givenUp({ attempts, outcome }: Delivery, advice: string | undefined): string | undefined {
  if (outcome !== "failed") return advice;
  const words = `given up after ${counted(attempts.length, "attempt")}`;
  return advice === undefined ? words : `${words}; ${advice}`;
}

/** The time that a line begins with is that of what it tells: hours may lie between a delivery's attempts. */
function atLastAttempt(delivery: Delivery): Delivery {
  const { attempts } = delivery;
  return attempts.length > 1 ? { ...delivery, createdAt: attempts.at(-1)!.startedAt } : delivery;
}

/** Why an attempt failed that is followed by another. */
export function triedAdvice({ plan }: Pick<Waiting, "plan">, delivery: Delivery): string | undefined {
  return adviceOn({ ...delivery, outcome: "failed" }, plan.expected, { isTriedAgain: true });
}

/** Where the user expects another answer than Telepath does, theirs is what counts. */
function adviceOn(delivery: Delivery, expected: string, known: { isTriedAgain?: boolean } = {}): string | undefined {
  const status = lastStatus(delivery);
  const isTelepaths = expected === anySuccess || status === null || delivery.outcome === "delivered";
  if (isTelepaths) return failureAdvice(delivery, known);
  return `the app answered ${status}, and --expect wants ${safeText(expected)}`;
}

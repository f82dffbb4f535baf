import { anySuccess } from "../../delivery/expectation.ts";
import { lastStatus, type Delivery } from "../../model/delivery.ts";
import { failureAdvice } from "../views/advice.ts";
import { verdictWord } from "../views/batch.ts";
import { deliveryLines } from "../views/delivery.ts";
import type { Style } from "../views/style.ts";
import { counted, safeText } from "../views/text.ts";
import { mostLines, type BatchTerms } from "./view.ts";

/** Of many, so many that fail have a line. */
export const mostFailureLines = 10;

/** Draws what is settled; of many, the first failures only, and nothing of the rest. */
export function settledLines(
  { total, flags, retrying }: BatchTerms,
  style: Style,
): (delivery: Delivery, verdict: string | null | undefined) => string {
  let failures = 0;
  return (delivery, verdict) => {
    const failed = delivery.outcome !== "delivered";
    if (failed) failures += 1;
    if (total > mostLines && !(failed && failures <= mostFailureLines)) return "";
    const words = [retrying ? triesWord(delivery, style) : "", verdict ? verdictWord(verdict, style) : ""];
    const advice = adviceOn(delivery, flags.expect);
    const extras = { word: words.filter(Boolean).join("  "), advice: retrying ? givenUp(delivery, advice) : advice };
    const lines = deliveryLines(atLastAttempt(delivery), style, extras);
    const isLast = total > mostLines && failures === mostFailureLines;
    return isLast ? lines + furtherLine("failures") : lines;
  };
}

/** In place of all lines after the last that is drawn. */
export function furtherLine(what: string): string {
  return `          further ${what} are counted only\n`;
}

const columnsForWords = 64;

/** At which attempt it was settled, where that was not the first. */
function triesWord({ attempts, outcome }: Delivery, style: Style): string {
  if (attempts.length < 2) return "";
  const word = (style.columns ?? Infinity) < columnsForWords ? `#${attempts.length}` : `attempt ${attempts.length}`;
  return outcome === "failed" ? style.bad(word) : style.good(word);
}

function givenUp({ attempts, outcome }: Delivery, advice: string | undefined): string | undefined {
  if (outcome !== "failed") return advice;
  const words = `given up after ${counted(attempts.length, "attempt")}`;
  return advice === undefined ? words : `${words}; ${advice}`;
}

/** The time that a line begins with is that of what it tells: hours may lie between a delivery's attempts. */
export function atLastAttempt(delivery: Delivery): Delivery {
  const { attempts } = delivery;
  return attempts.length > 1 ? { ...delivery, createdAt: attempts.at(-1)!.startedAt } : delivery;
}

/** Where the user expects another answer than Telepath does, theirs is what counts. */
function adviceOn(delivery: Delivery, expected: string): string | undefined {
  const status = lastStatus(delivery);
  if (expected === anySuccess || status === null || delivery.outcome === "delivered") return failureAdvice(delivery);
  return `the app answered ${status}, and --expect wants ${safeText(expected)}`;
}

/** Why an attempt failed that is followed by another. */
export function triedAdvice(delivery: Delivery): string | undefined {
  return failureAdvice({ ...delivery, outcome: "failed" }, { isTriedAgain: true });
}

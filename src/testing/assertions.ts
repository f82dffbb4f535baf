import { AssertionError } from "node:assert";
import type { CheckOutcome } from "./check.ts";
import type { Delivered } from "./delivered.ts";

/** What a matcher of vitest and jest says: `expect.extend(matchers)`. */
interface Matched {
  pass: boolean;
  message: () => string;
}

/**
 * Matchers for vitest and jest, whose `expect.extend` takes them as they are:
 * `expect(await telepath.send("call.ended")).toBeAccepted()`.
 */
export const matchers = {
  /** The app answered with 2xx. */
  toBeAccepted: (delivered: Delivered): Matched => matched(acceptance(delivered)),
  /** The app answered with 4xx: neither taken nor stumbled over. */
  toBeRefused: (delivered: Delivered): Matched => matched(refusal(delivered)),
  /** No case of the contract check failed. */
  toKeepContract: (outcome: CheckOutcome): Matched => matched(contract(outcome)),
};

/** For any test runner. @throws AssertionError unless the app answered with 2xx */
export function assertAccepted(delivered: Delivered): void {
  demand(acceptance(delivered));
}

/** @throws AssertionError unless the app answered with 4xx */
export function assertRefused(delivered: Delivered): void {
  demand(refusal(delivered));
}

/** @throws AssertionError that names every case that failed, and how to mend it */
export function assertKeepsContract(outcome: CheckOutcome): void {
  demand(contract(outcome));
}

/** A statement about the app, whether it holds, and what is so instead. */
interface Judged {
  holds: boolean;
  statement: string;
  instead: string;
}

function acceptance(delivered: Delivered): Judged {
  return {
    holds: delivered.ok,
    statement: `${nameOf(delivered)} to be accepted with 2xx`,
    instead: answerOf(delivered),
  };
}

function refusal(delivered: Delivered): Judged {
  const { status } = delivered;
  const holds = status !== null && status >= 400 && status < 500;
  return { holds, statement: `${nameOf(delivered)} to be refused with 4xx`, instead: answerOf(delivered) };
}

function contract({ ok, cases }: CheckOutcome): Judged {
  const failed = cases.filter(({ verdict }) => verdict === "fail");
  const lines = failed.map(
    ({ id, expected, got, advice }) => `  ${id}: expected ${expected}, got ${got}\n    ${advice}`,
  );
  return { holds: ok, statement: "the app to keep Telepath's contract", instead: `it does not:\n${lines.join("\n")}` };
}

function matched({ holds, statement, instead }: Judged): Matched {
  return {
    pass: holds,
    message: () =>
      holds ? `expected ${statement.replace(" to ", " not to ")}` : `expected ${statement}, but ${instead}`,
  };
}

function demand({ holds, statement, instead }: Judged): void {
  if (!holds) throw new AssertionError({ message: `expected ${statement}, but ${instead}`, operator: "telepath" });
}

function nameOf({ event }: Delivered): string {
  return event ?? "the request";
}

function answerOf({ status, body, failure }: Delivered): string {
  if (status === null) return `there was no answer: ${failure ?? "unknown reason"}`;
  const line = body.trimStart().split(/\r?\n/, 1)[0] ?? "";
  return `the answer was ${status}${line === "" ? "" : ` ${JSON.stringify(line.slice(0, 200))}`}`;
}

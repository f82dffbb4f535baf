import { systemCode, TelepathError } from "../../model/errors.ts";
import { DeadlineError, within } from "../../tunnels/deadline.ts";
import { problem, problemOf, type Finding, type Found } from "./finding.ts";
import type { Check, Subject } from "./subject.ts";

const usualMs = 10_000;

/** Runs checks one after the other and hands out what each found; ends early when the user interrupts. */
export async function* findingsOf(checks: readonly Check[], subject: Subject): AsyncGenerator<Finding> {
  const { interrupted } = subject.context;
  const interruption = new Promise<null>((resolve) => interrupted.addEventListener("abort", () => resolve(null)));
  for (const check of checks) {
    const found = interrupted.aborted ? null : await Promise.race([foundBy(check, subject), interruption]);
    if (found === null) return;
    for (const one of found) yield { check: check.name, ...one };
  }
}

async function foundBy(check: Check, subject: Subject): Promise<Found[]> {
  const { withinMs = usualMs } = check;
  try {
    return await within(
      Promise.resolve().then(async () => check.run(subject)),
      withinMs,
    );
  } catch (error) {
    if (error instanceof TelepathError) return [problemOf(error)];
    if (error instanceof DeadlineError) return [problem(`it could not be told within ${withinMs / 1000} s`)];
    const code = systemCode(error);
    if (code === undefined || code.startsWith("ERR_")) throw error;
    return [problem(`it could not be told (${code})`)];
  }
}

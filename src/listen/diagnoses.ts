import type { History } from "../history/store.ts";
import type { Delivery, Diagnosis, SignatureRecord } from "../model/delivery.ts";
import type { HttpRequest } from "../model/http.ts";
import type { Secret } from "../model/secret.ts";
import { longestSearch } from "../signatures/diagnose/search.ts";
import type { Notify } from "./notices.ts";

/** Says why the signature of a request does not match; null when no cause could be proved. */
export type Diagnose = (request: HttpRequest, secrets: readonly Secret[], now: () => number) => Diagnosis | null;

/** What one explanation may take here, in milliseconds; `verify`, where nobody else waits, takes longer. */
const longestHere = 500;
const largestBody = 64 * 1024;

/**
 * Strangers can send wrong signatures as fast as they like, and while a cause is searched no request is answered. So
 * there are 2 s for explanations to begin with, and a tenth of the time that passes is added to what is left of them.
 */
const fullCredit = 2000;
const refill = 0.1;

export interface DiagnoserTools {
  diagnose: Diagnose;
  secrets: readonly Secret[];
  history: History;
  notify: Notify;
  /** Nothing more is explained. */
  aborted: AbortSignal;
  /** Milliseconds, of a clock that only goes forward. */
  clock: () => number;
}

/**
 * Explains invalid signatures, each in a turn of the event loop of its own, and adds the diagnosis to the record.
 * Resolves to null where there is none, or no time for one.
 */
export function createDiagnoser(tools: DiagnoserTools): (delivery: Delivery) => Promise<SignatureRecord | null> {
  let credit = fullCredit;
  let countedAt = tools.clock();

  const explain = (delivery: Delivery): Diagnosis | null => {
    const start = tools.clock();
    credit = Math.min(fullCredit, credit + (start - countedAt) * refill);
    if (credit > 0 && !tools.aborted.aborted) {
      const diagnosis = explained(delivery, tools);
      countedAt = tools.clock();
      credit -= countedAt - start;
      return diagnosis;
    }
    countedAt = start;
    return null;
  };

  return async (delivery) => {
    if (delivery.body.length > largestBody) return null;
    await nextTurn();
    const diagnosis = explain(delivery);
    if (!diagnosis) return null;
    const signature = { ...delivery.signature, diagnosis };
    // The diagnosis can be made again from the record at any time, so a failed write loses nothing.
    await tools.history.update(delivery.id, { signature }).catch(() => {});
    return signature;
  };
}

function explained(delivery: Delivery, { diagnose, secrets, notify, clock }: DiagnoserTools): Diagnosis | null {
  try {
    return diagnose(delivery, secrets, () => clock() * (longestSearch / longestHere));
  } catch (error) {
    notify("BUG", `a signature could not be explained, please report this: ${String(error)}`);
    return null;
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

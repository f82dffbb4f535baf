import type { History } from "../history/store.ts";
import type { Delivery, Diagnosis, SignatureRecord } from "../model/delivery.ts";
import type { HttpRequest } from "../model/http.ts";
import type { Notify } from "./notices.ts";

/** Says why the signature of a request does not match; null when nothing could be proven or guessed. */
export type Diagnose = (request: HttpRequest) => Diagnosis | null;

/** Strangers can send wrong signatures as fast as they like: what is waiting over this number goes unexplained. */
const mostWaiting = 20;

/** Larger bodies are explained by `verify`, where nobody else waits. */
const largestBody = 256 * 1024;

/**
 * Explains invalid signatures one at a time, each in a turn of the event loop of its own, and adds the diagnosis to the
 * record. Resolves to null where there is none.
 */
export function createDiagnoser(
  diagnose: Diagnose,
  history: History,
  notify: Notify,
): (delivery: Delivery) => Promise<SignatureRecord | null> {
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();

  const explain = async (delivery: Delivery): Promise<SignatureRecord | null> => {
    await nextTurn();
    const diagnosis = diagnose(delivery);
    if (!diagnosis) return null;
    const signature = { ...delivery.signature, diagnosis };
    // The diagnosis can be made again from the record at any time, so a failed write loses nothing.
    await history.update(delivery.id, { signature }).catch(() => {});
    return signature;
  };

  return async (delivery) => {
    if (waiting >= mostWaiting || delivery.body.length > largestBody) return null;
    waiting += 1;
    const own = last.then(() => explain(delivery));
    last = own.catch(() => {});
    try {
      return await own;
    } catch (error) {
      notify("BUG", `a signature could not be explained, please report this: ${String(error)}`);
      return null;
    } finally {
      waiting -= 1;
    }
  };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

import type { HeaderList } from "../model/http.ts";

/** What the sender is told. The framing (Content-Length, Connection) is the receiver's business. */
export interface Answer {
  status: number;
  headers: HeaderList;
  body: Uint8Array;
}

/**
 * An answer of our own, as one line of text that ends in its code.
 *
 * Senders are strangers: the text never holds addresses, secrets or an expected signature.
 */
export function plainAnswer(status: number, code: string, text: string, headers: HeaderList = []): Answer {
  return {
    status,
    headers: [["Content-Type", "text/plain; charset=utf-8"], ...headers],
    body: Buffer.from(`telepath-hooks: ${text} (${code})\n`),
  };
}

/** The answer when a request could not be put on record: the sender is to come back. */
export const unwritable: Answer = plainAnswer(
  503,
  "history-unwritable",
  "the request could not be stored and was not forwarded",
  [["Retry-After", "5"]],
);

/** The answer to a delivery that is on record and waits for its app. */
export const held: Answer = plainAnswer(200, "held", "kept; the app gets it when it is back");

/** The answer when no more may wait. */
export const tooManyHeld: Answer = plainAnswer(503, "too-many-held", "too much waits for the app already", [
  ["Retry-After", "30"],
]);

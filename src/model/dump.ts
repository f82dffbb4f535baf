import type { HeaderList } from "./http.ts";

/**
 * How much of the body a dump's form keeps: every byte (`exact`); all of it as long as it is UTF-8 text (`text`);
 * a parsed value printed again (`reserialised`); the first part (`truncated`); none (`absent`).
 */
export type Fidelity = "exact" | "text" | "reserialised" | "truncated" | "absent";

/** One request found in a dump. */
export interface DumpedRequest {
  method: string | null;
  target: string | null;
  /** As far as the form keeps them: some lower-case the names or lose the order. */
  headers: HeaderList;
  /** The bytes the dump holds: for `reserialised`, the value's own text in the dump. Empty when `absent`. */
  body: Uint8Array;
  fidelity: Fidelity;
  /** `Content-Length`, or the form's own count of the body's bytes. */
  declaredBytes: number | null;
  /**
   * Other bodies the same text can mean, most likely first (an old browser's `\xe9` is a code point, bash's is a
   * byte). Any of them may be the one that was signed.
   */
  otherReadings: Uint8Array[];
  /** When it was sent or received, where the form tells; milliseconds since the epoch. */
  startedAt?: number;
  /** What a reader should know: which part was cut, what the form loses, what to ask its producer for instead. */
  notes: string[];
}

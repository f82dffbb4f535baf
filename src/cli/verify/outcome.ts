import type { JudgedRequest } from "./judged.ts";

/** What is said of one item of a piece: of a file, or a line, both counted from 0. */
export type Outcome = { item: number } & (JudgedRequest | DrawnRequest | Remainder);

/** The only request of an item, plainly valid: all that is said of it but for its place. */
export interface DrawnRequest {
  end: string;
}

/** What is to be read again and completely, in the thread that tells: it is large, or broken, or no file. */
export interface Remainder {
  /** So many of its requests have been told. */
  from: number;
  /** Where the line starts in its file. */
  at?: number;
}

/** Larger dumps are not handed from thread to thread. */
export const largestPassed = 256 * 1024;

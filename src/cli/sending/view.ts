import type { Waiting } from "../../delivery/attempts.ts";
import type { Retrying } from "../../delivery/retrying.ts";
import type { Summary } from "../../delivery/tally.ts";
import type { History } from "../../history/store.ts";
import type { Delivery } from "../../model/delivery.ts";

/** Draws the deliveries of `send` and `replay` as they are settled. */
export interface BatchView {
  delivery(delivery: Delivery, terms: SettledTerms): void;
  /** An attempt failed, and another is to follow. */
  waiting(waiting: Waiting, delivery: Delivery): void;
  /** Something happened that concerns no answer. */
  note(message: string): void;
  /** No more deliveries come: takes away what is not to stay, and tells of those that still wait. */
  end(): void | Promise<void>;
  summary(summary: Summary): void;
}

/** What there is to know of a settled delivery besides itself. */
export interface SettledTerms {
  /** How it compares with an earlier attempt; undefined where nothing is compared. */
  verdict: string | null | undefined;
  /** Which statuses count as delivered, in the words of `--expect`. */
  expected: string;
}

/** What a view knows of the run. */
export interface BatchTerms {
  /** How many deliveries there will be. */
  total: number;
  flags: { json?: boolean; color?: boolean };
  /** Null when nothing is tried again. */
  retrying: Retrying | null;
  /** Null when nothing is on record. */
  history: Pick<History, "get" | "getAll"> | null;
}

/** Up to so many deliveries each have a line; of more, only failures have one, and not all of them. */
export const mostLines = 50;

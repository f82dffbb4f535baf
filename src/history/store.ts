import type { Attempt, Delivery, NewDelivery, Outcome, SignatureRecord } from "../model/delivery.ts";
import type { Retry, RetryPlan } from "../model/retry.ts";
import type { DeliveryCount } from "./counting.ts";
import type { Filter } from "./query.ts";

/**
 * Everything received and sent, kept in one place that several processes use at once.
 *
 * Writes resolve once committed: what `record` has resolved for survives `kill -9`. Writes that arrive in one turn of
 * the event loop share a commit. A store that stays locked or cannot be written rejects within 5 s with a
 * `HISTORY_UNWRITABLE` error, and works again as soon as the fault is gone.
 */
export interface History {
  /** Puts a delivery on record, and what it waits for, and resolves to its id. */
  record(delivery: NewDelivery, waits?: Waits): Promise<string>;

  /**
   * Adds what became known of a delivery. Never changes the request itself.
   *
   * @param urgency `soon` waits some milliseconds for another write to share its commit; `now` when left out
   */
  update(id: string, changes: DeliveryChanges, urgency?: Urgency): Promise<void>;

  /**
   * The delivery a user means: a whole id, a unique prefix or suffix of 4 or more characters, `last` or `last-failed`.
   *
   * @throws TelepathError `UNKNOWN_DELIVERY`, `AMBIGUOUS_DELIVERY` (names the candidates)
   */
  get(reference: string): Delivery;

  /** Those of these ids, whole ones, that are on record; in no order. */
  getAll(ids: readonly string[]): Delivery[];

  /** The matching deliveries, oldest first; with `limit`, the newest that many of them. Bodies come along. */
  find(filter: Filter): Iterable<Delivery>;

  /**
   * What was recorded or updated after `cursor`, in that order, and where to go on from. 0 is the beginning. Comes a
   * batch at a time: ask again, with the new cursor, until there is nothing more.
   */
  changesSince(cursor: number): { deliveries: Delivery[]; cursor: number };

  /** Where `changesSince` would go on from now. */
  cursor(): number;

  /**
   * Lets go of a file that was deleted or replaced (`rm -r .telepath-hooks`) for the one in its place. True when that
   * was so: whoever follows then begins anew with 0. Writes do so by themselves.
   */
  refresh(): Promise<boolean>;

  /**
   * The matching deliveries counted, alike ones together, oldest first; a part at a time, so that others get their turn
   * between. What is alike may come again in another part. Deliveries made within `bucketMs` may be alike.
   */
  counts(filter: Filter, bucketMs: number): Iterable<readonly DeliveryCount[]>;

  /** When the first and the last delivery were made; null when there is none. */
  span(): { oldest: number; newest: number } | null;

  /** What waits for its app, oldest first. */
  held(): HeldDelivery[];

  /**
   * Makes `holder` the one that delivers what waits for these targets, unless another that is living has it, and
   * resolves to all that is the holder's now, oldest first. No two holders get the same delivery.
   */
  takeOver(targets: readonly string[], holder: number, isLiving: (holder: number) => boolean): Promise<HeldDelivery[]>;

  /** The attempt that is yet to be made of a delivery; null when there is none, or its plan is none. */
  retryOf(id: string): Retry | null;

  /** Whether it is `holder` that is to make the next attempt of a delivery. */
  holdsRetry(id: string, holder: string): boolean;

  /** Who is to make the attempts that are yet to be made. */
  retryHolders(): RetryHolder[];

  /**
   * Makes `holder` the one that tries what is yet to be tried, unless another that is living has it, and resolves to
   * all that is the holder's now, the soonest first. No two holders get the same delivery.
   */
  takeRetries(holder: string, isLiving: (holder: RetryHolder) => boolean): Promise<PendingRetry[]>;

  /**
   * Has all that `holder` is to try go on by another plan, and the next attempts follow as much sooner or later as that
   * says. Those whose plan cannot be read stay as they are.
   *
   * @param now milliseconds since the epoch: what is due by then stays so
   */
  replanRetries(holder: string, replan: (plan: RetryPlan) => RetryPlan, now: number): Promise<PendingRetry[]>;

  /** Leaves what `holder` was to try to whoever takes it next. */
  releaseRetries(holder: string): Promise<void>;

  /**
   * Drops what is older or more than `keep` allows, oldest first. Says how much that was. What waits is dropped for its
   * age only, and what waits for its next attempt only when the time of that is past by as much, and by a day.
   */
  prune(keep: Retention, now: number): Promise<{ deliveries: number; bytes: number }>;

  /** For whoever has to end soon: writes that find the history locked are rejected now, and not after 5 s. */
  endPatience(): void;

  /** Finishes the writes under way and lets go of the file. */
  close(): Promise<void>;
}

/** How soon a write is to be committed: at once, or with the next that is, some milliseconds later at the most. */
export type Urgency = "now" | "soon";

export interface DeliveryChanges extends Waits {
  attempt?: Attempt;
  outcome?: Outcome;
  signature?: SignatureRecord;
  /**
   * Who made the attempt. Where another has taken the delivery over meanwhile, what that one knows of it stays; but what
   * was delivered is.
   */
  holder?: string;
}

/** What a delivery waits for from now on; null: no longer. */
export interface Waits {
  /** Its app. */
  hold?: Hold | null;
  /** The time of its next attempt. */
  retry?: Retry | null;
}

/** A delivery whose sender has been answered, and whose app is yet to get it. */
export interface Hold {
  /** The app's URL. */
  target: string;
  /** The number of the process that is to deliver it. */
  holder: number;
}

export interface HeldDelivery extends Hold {
  id: string;
  /** What it takes up, head and body. */
  bytes: number;
}

/** One who has attempts to make; an empty name for those that were left to whoever takes them. */
export interface RetryHolder {
  holder: string;
  deliveries: number;
  /** When the last of their next attempts is due. */
  lastDueAt: number;
}

/** A delivery that is yet to be tried, and what its line says. */
export interface PendingRetry extends Omit<Retry, "holder" | "plan"> {
  id: string;
  /** Null when what is on record is none. */
  plan: RetryPlan | null;
  event: string | null;
  callId: string | null;
  /** How many attempts were made. */
  made: number;
  /** How the last of them went: `503`, `refused`; null when none was made. */
  last: string | null;
}

/** How much history to keep. */
export interface Retention {
  maxAgeMs: number;
  /** Of the file, with its indexes. */
  maxBytes: number;
}

/** 30 days and 1 GiB. */
export const defaultRetention: Retention = { maxAgeMs: 30 * 24 * 3_600_000, maxBytes: 1024 ** 3 };

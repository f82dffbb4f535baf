import type { Drawing } from "../views/verification-drawn.ts";
import { received, type Order, type Packed, type Sent } from "./packed.ts";
import type { Piece } from "./pieces.ts";
import type { Steps } from "./steps.ts";

/** A piece and what has come of it so far. */
export interface Work {
  piece: Piece;
  outcomes: Packed[];
  /** How many of them were told. */
  told: number;
  /** How many came, with each of those that were drawn together. */
  came: number;
  /** Work in this thread; undefined while it is nobody's, or another thread's. */
  own: Steps | undefined;
  isElsewhere: boolean;
  /** How many items it had, once it is done. */
  items: number | undefined;
}

export function workOn(piece: Piece): Work {
  return { piece, outcomes: [], told: 0, came: 0, own: undefined, isElsewhere: false, items: undefined };
}

/** Nobody has begun with it. */
export function isUntouched({ items, isElsewhere, own, came }: Work): boolean {
  return items === undefined && !isElsewhere && own === undefined && came === 0;
}

/** It is this thread's to go on with. */
export function isHere({ items, isElsewhere }: Work): boolean {
  return items === undefined && !isElsewhere;
}

/** What whoever does it must know. */
export function orderFor({ piece }: Work, drawing: Drawing | null): Omit<Order, "id"> {
  // Under a line of text may stand how its payload fits the contract.
  return { piece, drawing: drawing === "text" && piece.compare ? null : drawing };
}

/** Notes what another thread has sent. */
export function note(work: Work, { outcomes, items }: Sent): void {
  for (const outcome of outcomes) {
    work.outcomes.push(received(outcome));
    work.came += "ends" in outcome ? outcome.count : 1;
  }
  work.items = items;
}

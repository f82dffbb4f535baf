import { drawnEnd, isPlainlyValid, type Drawing } from "../views/verification-drawn.ts";
import type { Outcome } from "./outcome.ts";
import type { Piece, PieceTerms } from "./pieces.ts";

/** What a thread is given when it starts. */
export interface ThreadData extends Omit<PieceTerms, "secrets"> {
  /** Value and name. */
  secrets: [value: string, name: string][];
}

/** What a thread is sent. */
export interface Order {
  id: number;
  piece: Piece;
  /** How to draw what is plainly valid; null to send all that is known of it. */
  drawing: Drawing | null;
}

/** What a thread sends of a piece, in order; `items` with the last of it. */
export interface Sent {
  id: number;
  outcomes: (Outcome | DrawnOutcomes)[];
  items: number | undefined;
}

/**
 * Plainly valid requests, drawn but for their places: text goes from thread to thread at once, where an object of each
 * takes longer than its signature. They are items one after the other, or any lines.
 */
export interface DrawnOutcomes {
  /** The first one's. */
  item: number;
  count: number;
  /** A line for each. */
  ends: string;
}

/** Collects what is to be sent. */
export function packing({ piece, drawing }: Pick<Order, "piece" | "drawing">) {
  let outcomes: Sent["outcomes"] = [];
  let first = 0;
  let ends: string[] = [];
  const close = (): void => {
    if (ends.length > 0) outcomes.push({ item: first, count: ends.length, ends: ends.join("\n") });
    ends = [];
  };
  return {
    add(outcome: Outcome): void {
      if (drawing === null || !("judged" in outcome) || !isPlainlyValid(outcome.judged)) {
        close();
        outcomes.push(outcome);
        return;
      }
      const { item, of, judged } = outcome;
      if (piece.kind === "files" && (of > 1 || item !== first + ends.length)) close();
      if (piece.kind === "files" && of > 1) {
        outcomes.push(outcome);
        return;
      }
      if (ends.length === 0) first = item;
      ends.push(drawnEnd(judged, drawing));
    },
    taken(): Sent["outcomes"] {
      close();
      const taken = outcomes;
      outcomes = [];
      return taken;
    },
  };
}

/** What was sent, with buffers where mere bytes came. */
export function received(outcome: Sent["outcomes"][number]): Sent["outcomes"][number] {
  if (!("judged" in outcome) || outcome.judged.judgement.proof === undefined) return outcome;
  const { judged } = outcome;
  const { proof } = judged.judgement;
  const judgement = { ...judged.judgement, proof: { ...proof!, signed: Buffer.from(proof!.signed) } };
  return { ...outcome, judged: { ...judged, judgement } };
}

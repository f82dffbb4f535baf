import { drawnEnd, isPlainlyValid, type Drawing } from "../views/verification-drawn.ts";
import type { DrawnRequest, Outcome } from "./outcome.ts";
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
  outcomes: Packed[];
  items: number | undefined;
}

/** What comes of a piece, as it is sent and told. */
export type Packed = Exclude<Outcome, DrawnRequest> | DrawnOutcomes;

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

/** Collects what is to be told. */
export interface Packing {
  add(outcome: Outcome): void;
  /** What was added since the last time. */
  taken(): Packed[];
}

export function packing({ piece, drawing }: Pick<Order, "piece" | "drawing">): Packing {
  let outcomes: Packed[] = [];
  let first = 0;
  let ends: string[] = [];
  const close = (): void => {
    if (ends.length > 0) outcomes.push({ item: first, count: ends.length, ends: ends.join("\n") });
    ends = [];
  };
  const draw = (item: number, end: string): void => {
    if (piece.kind === "files" && item !== first + ends.length) close();
    if (ends.length === 0) first = item;
    ends.push(end);
  };
  return {
    add(outcome) {
      if ("end" in outcome) return draw(outcome.item, outcome.end);
      if (drawing !== null && "judged" in outcome && isPlainlyValid(outcome.judged)) {
        if (piece.kind === "lines" || outcome.of === 1) return draw(outcome.item, drawnEnd(outcome.judged, drawing));
      }
      close();
      outcomes.push(outcome);
    },
    taken() {
      close();
      const taken = outcomes;
      outcomes = [];
      return taken;
    },
  };
}

/** What was sent, with buffers where mere bytes came. */
export function received(outcome: Packed): Packed {
  if (!("judged" in outcome) || outcome.judged.judgement.proof === undefined) return outcome;
  const { judged } = outcome;
  const { proof } = judged.judgement;
  const judgement = { ...judged.judgement, proof: { ...proof!, signed: Buffer.from(proof!.signed) } };
  return { ...outcome, judged: { ...judged, judgement } };
}

import { performance } from "node:perf_hooks";
import type { Alike } from "./alike.ts";
import { packing, type Order, type Sent } from "./packed.ts";
import { nothing, outcomesOf, type PieceTerms } from "./pieces.ts";
import { loadComplete, unloaded } from "./unloaded.ts";

/** What came of a piece, and the number of items at its end. */
export interface Step extends Pick<Sent, "outcomes" | "items"> {
  /** What must be awaited before the next step. */
  loading?: Promise<unknown>;
}

/** Goes on with a piece for about so many milliseconds. */
export type Steps = (milliseconds: number) => Step;

/** @param came so many of its outcomes are known already */
export function stepsOf({ piece, drawing }: Omit<Order, "id">, terms: PieceTerms, alike: Alike, came = 0): Steps {
  // Drawn from its head alone: that is enough for a line of text.
  const found = outcomesOf(piece, terms, drawing === "text" && !terms.showExpected ? alike : null);
  const pack = packing({ piece, drawing });
  let known = came;
  return (milliseconds) => {
    const until = performance.now() + milliseconds;
    do {
      const next = found.next();
      if (next.done === true) return { outcomes: pack.taken(), items: next.value };
      if (next.value === unloaded) return { outcomes: pack.taken(), items: undefined, loading: loadComplete() };
      if (next.value === nothing) continue;
      if (known > 0) known -= 1;
      else pack.add(next.value);
    } while (performance.now() < until);
    return { outcomes: pack.taken(), items: undefined };
  };
}

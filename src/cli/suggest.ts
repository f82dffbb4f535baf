import { closest, distance } from "fastest-levenshtein";

/** "did you mean call.ended?", when one of the known names is near enough to be meant. */
export function suggestion(typed: string, known: readonly string[]): string | undefined {
  if (known.length === 0 || typed.length > 100) return undefined;
  const nearest = closest(typed, known);
  return distance(typed, nearest) <= Math.max(2, Math.floor(typed.length / 3)) ? `did you mean ${nearest}?` : undefined;
}

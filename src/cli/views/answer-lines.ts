import { answerText } from "../../model/answer-text.ts";
import type { HttpResponse } from "../../model/http.ts";
import { fitted, safeText } from "./text.ts";

const widest = 100;

/** The first lines of an answer that say something, fit for a terminal. */
export function answerLines(response: HttpResponse | null | undefined, most: number): string[] {
  if (!response) return [];
  return answerText(response)
    .slice(0, most)
    .map((line) => fitted(safeText(line), widest).trimEnd());
}

import type { Style } from "./style.ts";
import { safeText } from "./text.ts";

/** A file on which the program itself failed, as a line: the rest of a batch goes on. */
export function bugText(file: string, error: unknown, style: Style): string {
  return `${style.bad("!")} bug           ${safeText(file)}: ${safeText(String(error))}\n`;
}

/** The same for `--json`. */
export function bugJson(file: string, error: unknown): object {
  return { type: "error", file, code: "BUG", message: String(error), hint: null };
}

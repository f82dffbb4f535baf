import { backslash, lineFeed } from "../../model/ascii.ts";
import { TelepathError } from "../../model/errors.ts";
import { positionIn } from "../../model/position.ts";

/** A place in the text of a script, for the readers of shells and languages. Text is matched from it, never run. */
export class ScriptCursor {
  protected readonly script: string;
  /** Where it stands, in UTF-16 units. */
  at: number;

  constructor(script: string, at = 0) {
    this.script = script;
    this.at = at;
  }

  /** Goes behind what a sticky pattern matches here, if it does. */
  protected skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    const found = pattern.test(this.script);
    if (found) this.at = pattern.lastIndex;
    return found;
  }

  /** The same with the text that matches. */
  protected match(pattern: RegExp): string | undefined {
    const start = this.at;
    return this.skip(pattern) ? this.script.slice(start, this.at) : undefined;
  }

  /** The same with the pattern's groups. */
  protected exec(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.script) ?? undefined;
    if (found) this.at = pattern.lastIndex;
    return found;
  }

  protected broken(what: string): TelepathError {
    return new TelepathError("BROKEN_DUMP", `line ${positionIn(this.script, this.at).line}: ${what}`);
  }
}

/**
 * Where a quote is closed whose text starts at a place, when a backslash protects the character after it; -1 when it
 * never is, or not on its line. No pattern does this: on a text of some megabytes, one that knows of escapes runs out
 * of stack.
 */
export function closingQuote(script: string, start: number, quote: string, onOneLine = false): number {
  const wanted = quote.charCodeAt(0);
  for (let at = start; at < script.length; at += 1) {
    const code = script.charCodeAt(at);
    if (code === wanted) return at;
    if (code === backslash) at += 1;
    else if (code === lineFeed && onOneLine) return -1;
  }
  return -1;
}

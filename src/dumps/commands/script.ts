import { TelepathError } from "../../model/errors.ts";
import { positionIn } from "../json.ts";

/** A place in the text of a script, for the readers of shells and languages. Text is matched from it, never run. */
export class ScriptCursor {
  protected readonly script: string;
  /** Where it stands, in UTF-16 units. */
  at: number;

  constructor(script: string, at = 0) {
    this.script = script;
    this.at = at;
  }

  /** What a sticky pattern matches here; the cursor goes behind it. */
  protected match(pattern: RegExp): string | undefined {
    return this.exec(pattern)?.[0];
  }

  /** The same with the pattern's groups. */
  protected exec(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.script) ?? undefined;
    if (found) this.at += found[0].length;
    return found;
  }

  protected broken(what: string): TelepathError {
    return new TelepathError("BROKEN_DUMP", `line ${positionIn(this.script, this.at).line}: ${what}`);
  }
}

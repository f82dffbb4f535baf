import { ScriptCursor } from "./script.ts";

/** The format of a `$(printf …)`, with its quotes undone. */
export interface Printf {
  format: string;
  /** Behind its bracket. */
  end: number;
}

const START = "$(printf ";

/** The `$(printf …)` at a place of a script; undefined for one with arguments or variables, and for any other text. */
export function printfAt(script: string, at: number): Printf | undefined {
  return script.startsWith(START, at) ? new PrintfReader(script, at + START.length).read() : undefined;
}

const PLAIN = /[\w%+,./:=@-]+/y;
/** What stands for itself in double quotes. */
export const PLAIN_IN_DOUBLE_QUOTES = /[^"\\$`]+/y;
const PROTECTED = /["\\$`]/;

class PrintfReader extends ScriptCursor {
  read(): Printf | undefined {
    let format = this.part();
    if (format === undefined) return undefined;
    for (let part = this.part(); part !== undefined; part = this.part()) format += part;
    return this.script.charAt(this.at) === ")" ? { format, end: this.at + 1 } : undefined;
  }

  private part(): string | undefined {
    const first = this.script.charAt(this.at);
    if (first === '"') return this.doubleQuoted();
    return first === "'" ? this.singleQuoted() : this.match(PLAIN);
  }

  private singleQuoted(): string | undefined {
    const start = this.at + 1;
    const close = this.script.indexOf("'", start);
    if (close === -1) return undefined;
    this.at = close + 1;
    return this.script.slice(start, close);
  }

  private doubleQuoted(): string | undefined {
    let text = "";
    let from = this.at + 1;
    for (this.at = from; ; this.at += 2) {
      this.skip(PLAIN_IN_DOUBLE_QUOTES);
      const character = this.script.charAt(this.at);
      if (character === '"') break;
      if (character !== "\\") return undefined;
      if (!PROTECTED.test(this.script.charAt(this.at + 1))) continue;
      text += this.script.slice(from, this.at);
      from = this.at + 1;
    }
    this.at += 1;
    return text + this.script.slice(from, this.at - 1);
  }
}

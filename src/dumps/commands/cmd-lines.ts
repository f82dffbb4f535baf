import { StretchCursor } from "./stretches.ts";

/** Stands for a line end that quoting made plain; bytes are below U+0100, so nothing in a dump can be taken for it. */
export const plainLineEnd = "\ue000";

/** The commands of a script as cmd.exe hands them on: outside double quotes `^` makes the next character plain. */
export function* cmdLines(script: string): Generator<string> {
  const reader = new LineReader(script);
  while (reader.at < script.length) yield reader.line();
}

const PLAIN = /[^"^&|\r\n]+/y;
const PLAIN_IN_QUOTES = /[^"\r\n]+/y;

class LineReader extends StretchCursor {
  line(): string {
    let quoted = false;
    this.begin();
    for (;;) {
      this.skip(quoted ? PLAIN_IN_QUOTES : PLAIN);
      const character = this.script.charAt(this.at);
      if (character === '"') {
        quoted = !quoted;
        this.at += 1;
      } else if (character === "^") this.caret();
      else if (!quoted || character === "") break;
      else this.goOn(this.at + 1, character === "\n" ? plainLineEnd : "");
    }
    const line = this.end();
    this.at += 1;
    return line;
  }

  /** It and a line end vanish, or it alone. */
  private caret(): void {
    const next = this.at + 1;
    const line = this.behindLineEnd(next);
    if (line === next) {
      this.goOn(next);
      this.at += 1;
    } else {
      // A second line end is plain, and old DevTools meant one by `"^⏎"`.
      const second = this.behindLineEnd(line);
      const oldStyle = this.script.charAt(this.at - 1) === '"' && this.script.charAt(line) === '"';
      this.goOn(second, second > line || oldStyle ? plainLineEnd : "");
    }
  }

  private behindLineEnd(at: number): number {
    if (this.script.charAt(at) === "\n") return at + 1;
    return this.script.startsWith("\r\n", at) ? at + 2 : at;
  }
}

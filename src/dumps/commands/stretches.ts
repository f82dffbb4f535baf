import { ScriptCursor } from "./script.ts";

/** A cursor that puts a text together from stretches of a script, with other text between them. */
export class StretchCursor extends ScriptCursor {
  private text = "";
  /** Where the stretch starts that is not in the text yet. */
  private from = 0;

  /** Starts a text here, or at a later place. */
  protected begin(at = this.at): void {
    this.text = "";
    this.from = at;
    this.at = at;
  }

  /** Takes in the stretch up to here, and goes on at a later place. */
  protected goOn(at: number, between = ""): void {
    if (this.from < this.at) this.text += this.script.slice(this.from, this.at);
    if (between !== "") this.text += between;
    this.from = at;
    this.at = at;
  }

  /** Puts a text in the place of what stands between a place and here. */
  protected replace(start: number, text: string): void {
    const end = this.at;
    this.at = start;
    this.goOn(end, text);
  }

  /** The text up to here. */
  protected end(): string {
    this.goOn(this.at);
    return this.text;
  }
}

import type { Style } from "../views/style.ts";
import { clipped, hanging } from "../views/text.ts";
import type { Key } from "./keys.ts";

/** A text with a title, to be scrolled through. */
export interface PagerText {
  title: string;
  /** Lines, coloured; longer ones than the window is wide are broken, and go on under their text. */
  text: string;
}

/** The rows of the title and of the last line. */
const frameRows = 2;

/** A text over the whole window, and how far it is scrolled. */
export class Pager {
  #text: PagerText;
  readonly #style: Style;
  /** What keys do besides scrolling, for the last line. */
  readonly #hint: string;
  #top = 0;
  #wrapped: { columns: number; lines: string[] } | null = null;
  #room = 1;

  constructor(text: PagerText, style: Style, hint: string) {
    this.#text = text;
    this.#style = style;
    this.#hint = hint;
  }

  /** Another text, from its beginning. */
  replace(text: PagerText): void {
    this.#text = text;
    this.#top = 0;
    this.#wrapped = null;
  }

  /** True when the key scrolls, whether or not there is anything left to scroll to. */
  key(key: Key): boolean {
    const move = this.#moves()[key];
    if (move === undefined) return false;
    this.#top = this.#within(this.#top + move);
    return true;
  }

  /** The whole window: title, text, where in it that is. */
  readonly draw = (columns: number, rows: number): string[] => {
    this.#room = Math.max(rows - frameRows, 1);
    const lines = this.#lines(columns);
    this.#top = this.#within(this.#top);
    const shown = lines.slice(this.#top, this.#top + this.#room);
    const blank = Array.from({ length: this.#room - shown.length }, () => "");
    const last = Math.min(this.#top + this.#room, lines.length);
    const place = lines.length > this.#room ? `${this.#top + 1}–${last} of ${lines.length}  ↑ ↓ scroll  ` : "";
    const style = this.#style;
    return [
      style.strong(clipped(this.#text.title, columns)),
      ...shown,
      ...blank,
      style.faint(clipped(place + this.#hint, columns)),
    ];
  };

  #moves(): Record<Key, number> {
    const page = Math.max(this.#room - 1, 1);
    const all = Number.MAX_SAFE_INTEGER;
    return {
      up: -1,
      k: -1,
      down: 1,
      j: 1,
      enter: 1,
      "page-up": -page,
      b: -page,
      "page-down": page,
      " ": page,
      home: -all,
      g: -all,
      end: all,
      G: all,
    };
  }

  #within(top: number): number {
    const last = (this.#wrapped?.lines.length ?? 0) - this.#room;
    return Math.max(Math.min(top, last), 0);
  }

  #lines(columns: number): string[] {
    if (this.#wrapped?.columns === columns) return this.#wrapped.lines;
    const text = this.#text.text.replace(/\n$/, "").replaceAll("\t", "  ");
    const lines = text.split("\n").flatMap((line) => hanging(line, columns));
    this.#wrapped = { columns, lines };
    return lines;
  }
}

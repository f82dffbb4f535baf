import type { Output } from "../context.ts";
import { clipped } from "../views/text.ts";
import { pasteMarks } from "./keys.ts";

/** What a live screen shows; asked for whenever it can be shown. */
export interface LiveContent {
  /** Whole lines that are new, with their line ends: they stay and scroll away. Empty when there are none. */
  lines(): string;
  /** The lines below them, which are drawn anew in their place. */
  block(columns: number, rows: number): string[];
}

/** A page in place of everything else, which comes back as it was. */
export type Page = (columns: number, rows: number) => string[];

/** Control sequences: DEC private modes, and ECMA-48 §8.3. */
const control = {
  /** Between these a terminal that can shows nothing of what it is told until all is told. */
  begin: "\u001b[?2026h",
  end: "\u001b[?2026l",
  hideCursor: "\u001b[?25l",
  showCursor: "\u001b[?25h",
  otherBuffer: "\u001b[?1049h",
  ownBuffer: "\u001b[?1049l",
  home: "\u001b[H",
  clear: "\u001b[H\u001b[2J",
  eraseBelow: "\u001b[J",
  eraseLine: "\u001b[K",
} as const;

/** Not oftener than this: nobody reads faster, and drawing takes time from what is drawn. */
const frameMs = 50;

/**
 * Lines that scroll away as any program's do, and below them a block that is drawn in place. The cursor, hidden, rests
 * at the block's beginning: so the block can be erased whatever a change of the window's size has made of it.
 *
 * Nothing is drawn while the output takes no more, and what is to be drawn is asked for only then: a slow terminal
 * costs neither time nor memory.
 */
export class LiveScreen {
  readonly #output: Output;
  readonly #content: LiveContent;
  readonly #clock: () => number;
  #timer: NodeJS.Timeout | undefined;
  #drawnAt = Number.NEGATIVE_INFINITY;
  #drawn: string[] = [];
  #page: Page | null = null;
  #isShown = false;
  #isBusy = false;
  #isResized = false;

  constructor(output: Output, content: LiveContent, clock: () => number = () => performance.now()) {
    this.#output = output;
    this.#content = content;
    this.#clock = clock;
  }

  /** Begins to draw, or goes on after `hide`. */
  show(): void {
    if (this.#isShown) return;
    this.#isShown = true;
    this.#drawn = [];
    this.#write(control.hideCursor + pasteMarks.on);
    if (this.#page) this.#openPage();
    this.changed();
  }

  /** Takes the block away and leaves the cursor where lines go on. */
  hide(): void {
    if (!this.#isShown) return;
    this.#write(this.farewell());
    this.#isShown = false;
    this.#drawn = [];
  }

  /** What `hide` writes, for a process that ends at once. */
  farewell(): string {
    if (!this.#isShown) return "";
    return (this.#page ? control.ownBuffer : "") + `\r${control.eraseBelow}${pasteMarks.off}${control.showCursor}`;
  }

  /** Draws the last lines there are, hides, and draws no more. */
  end(): void {
    clearTimeout(this.#timer);
    this.closePage();
    const lines = this.#content.lines();
    this.hide();
    this.#write(lines);
    this.#timer = undefined;
  }

  /** Something is to be drawn: soon, and together with what else changes until then. */
  changed(): void {
    if (this.#timer !== undefined || this.#isBusy) return;
    const wait = Math.max(this.#drawnAt + frameMs - this.#clock(), 0);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#draw();
    }, wait);
  }

  /** The window has another size now: nothing is where it was. */
  resized(): void {
    this.#drawn = [];
    if (this.#page) this.#isResized = true;
    this.changed();
  }

  /** Begins at the top of an empty screen; what scrolled away stays there. */
  clear(): void {
    if (!this.#isShown) return;
    this.#write(control.clear);
    this.#drawn = [];
    this.changed();
  }

  /** Shows a page until it is closed, or draws it anew. New lines wait. */
  showPage(page: Page): void {
    const isOpen = this.#page !== null;
    this.#page = page;
    if (!isOpen && this.#isShown) this.#openPage();
    this.changed();
  }

  closePage(): void {
    if (this.#page === null) return;
    this.#page = null;
    this.#drawn = [];
    // Where a terminal puts the cursor back is where it was in a window of another size.
    const place = this.#isResized ? `\u001b[${this.#rows};1H\n` : "";
    this.#isResized = false;
    if (this.#isShown) this.#write(control.ownBuffer + place);
    this.changed();
  }

  /** False until `show`, and while it is hidden: lines are written all the same. */
  get isShown(): boolean {
    return this.#isShown;
  }

  get hasPage(): boolean {
    return this.#page !== null;
  }

  #openPage(): void {
    this.#write(`\r${control.eraseBelow}${control.otherBuffer}`);
    this.#drawn = [];
  }

  #draw(): void {
    this.#drawnAt = this.#clock();
    if (!this.#isShown) this.#write(this.#content.lines());
    else if (this.#page) this.#drawPage(this.#page);
    else this.#drawBlock();
  }

  #drawPage(page: Page): void {
    const lines = fitting(page(this.#columns, this.#rows), this.#columns, this.#rows);
    const text = lines.map((line) => line + control.eraseLine).join("\n");
    this.#write(`${control.begin}${control.home}${text}${control.eraseBelow}${control.end}`);
  }

  #drawBlock(): void {
    const lines = this.#content.lines();
    // The last column stays free: a line that fills it would wrap in some terminals, and in others not.
    const block = fitting(this.#content.block(this.#columns, this.#rows), this.#columns - 1, this.#rows - 1);
    if (lines === "" && isSame(block, this.#drawn)) return;
    this.#drawn = block;
    const up = block.length > 1 ? `\u001b[${block.length - 1}A` : "";
    const below = `${block.join("\n")}\r${up}`;
    this.#write(`${control.begin}\r${control.eraseBelow}${lines}${below}${control.end}`);
  }

  #write(text: string): void {
    if (text === "") return;
    if (this.#output.write(text) !== false || this.#output.once === undefined) return;
    this.#isBusy = true;
    this.#output.once("drain", () => {
      this.#isBusy = false;
      this.changed();
    });
  }

  get #columns(): number {
    return this.#output.columns ?? 80;
  }

  get #rows(): number {
    return this.#output.rows ?? 24;
  }
}

function fitting(lines: string[], columns: number, rows: number): string[] {
  return lines.slice(0, Math.max(rows, 1)).map((line) => clipped(line, columns));
}

function isSame(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((line, index) => line === others[index]);
}

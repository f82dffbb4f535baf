/** Knocks at an edge that no try has reached, until it is there again. */
export class Absence {
  /** Resolves when the edge is back; never when it is not away, or after `end`. */
  readonly over: Promise<void>;
  readonly #stop = new AbortController();
  #state: "unknown" | "over" | "none" = "unknown";

  /** @param edgeIsBack resolves to false when the edge is not away */
  constructor(edgeIsBack: (stop: AbortSignal) => Promise<boolean>) {
    this.over = new Promise((resolve) => {
      void edgeIsBack(this.#stop.signal).then((isBack) => {
        this.#state = isBack ? "over" : "none";
        if (isBack) resolve();
      });
    });
  }

  get isOver(): boolean {
    return this.#state === "over";
  }

  /** Whether it is still knocked, so that there is no point in beginning anew. */
  get goesOn(): boolean {
    return this.#state === "unknown";
  }

  end(): void {
    this.#stop.abort();
  }
}

/** Lets so many at once have a turn, in the order in which they ask. */
export class Turns {
  #free: number;
  readonly #asking: (() => void)[] = [];

  constructor(atOnce: number) {
    this.#free = atOnce;
  }

  /** Resolves when it is one's turn, which `give` ends. */
  take(): Promise<void> {
    if (this.#free > 0) {
      this.#free -= 1;
      return Promise.resolve();
    }
    return new Promise((resolve) => this.#asking.push(resolve));
  }

  give(): void {
    const next = this.#asking.shift();
    if (next) next();
    else this.#free += 1;
  }
}

/** Lets so many at once have a turn: the urgent ones first, else in the order in which they ask. */
export class Turns {
  #free: number;
  readonly #urgent: (() => void)[] = [];
  readonly #others: (() => void)[] = [];

  constructor(atOnce: number) {
    this.#free = atOnce;
  }

  /** Resolves when it is one's turn, which `give` ends. */
  take({ urgent = false } = {}): Promise<void> {
    if (this.#free > 0) {
      this.#free -= 1;
      return Promise.resolve();
    }
    return new Promise((resolve) => (urgent ? this.#urgent : this.#others).push(resolve));
  }

  give(): void {
    const next = this.#urgent.shift() ?? this.#others.shift();
    if (next) next();
    else this.#free += 1;
  }
}

interface Place<T> {
  value: T | null;
  before: Place<T>;
  after: Place<T>;
}

/**
 * What is under way, in the order in which it began, where thousands come and go each second.
 *
 * A Set would do the same, but it makes another table whenever the one it has is full of what is gone, and the old one,
 * dead but long-lived, keeps all that stood in it in memory until the next collection of the whole heap.
 */
export class Roll<T extends object> {
  readonly #end = endOfRoll<T>();

  /** Adds as the last. Returns what takes it out again. */
  add(value: T): () => void {
    const { before } = this.#end;
    const place: Place<T> = { value, before, after: this.#end };
    before.after = place;
    this.#end.before = place;
    return () => {
      place.before.after = place.after;
      place.after.before = place.before;
      // It holds on to nothing, and to be taken out once more does no harm.
      place.value = null;
      place.before = place;
      place.after = place;
    };
  }

  /** Those on it now, the oldest first, less those that are taken out meanwhile. */
  *[Symbol.iterator](): IterableIterator<T> {
    const places: Place<T>[] = [];
    for (let place = this.#end.after; place !== this.#end; place = place.after) places.push(place);
    for (const { value } of places) if (value !== null) yield value;
  }
}

function endOfRoll<T>(): Place<T> {
  const end = { value: null } as Place<T>;
  end.before = end;
  end.after = end;
  return end;
}

import type { History } from "../../history/store.ts";
import type { Delivery } from "../../model/delivery.ts";

const remembered = 200;

/** The deliveries this screen has shown, for the keys that are about the last of them. */
export class Recent {
  readonly #history: Pick<History, "find">;
  #ids: string[] = [];
  #failed: string | undefined;
  #received: string | undefined;

  /** @param history tells of the time before */
  constructor(history: Pick<History, "find">) {
    this.#history = history;
  }

  add({ id, outcome, source }: Delivery): void {
    this.#ids.push(id);
    if (this.#ids.length > 2 * remembered) this.#ids = this.#ids.slice(-remembered);
    if (outcome === "failed") this.#failed = id;
    if (source === "listen") this.#received = id;
  }

  /** The last one, received or replayed. */
  last(): string | undefined {
    return this.#ids.at(-1) ?? this.received();
  }

  received(): string | undefined {
    return this.#received ?? first(this.#history.find({ source: "listen", limit: 1 }));
  }

  failed(): string | undefined {
    return this.#failed ?? first(this.#history.find({ source: "listen", outcome: "failed", limit: 1 }));
  }

  /** The one before (-1) or after (1) another; the same where there is none. */
  beside(id: string, step: -1 | 1): string {
    const at = this.#ids.lastIndexOf(id);
    return (at < 0 ? undefined : this.#ids[Math.max(at + step, 0)]) ?? id;
  }
}

function first(deliveries: Iterable<Delivery>): string | undefined {
  for (const { id } of deliveries) return id;
  return undefined;
}

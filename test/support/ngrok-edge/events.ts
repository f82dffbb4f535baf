import type { AuthRequest, BindRequest } from "./rpc.ts";

/** One thing that happened at the edge. */
export type EdgeEvent =
  /** Somebody opened a TCP connection, whatever became of it. */
  | { type: "dialled" }
  | { type: "connected" }
  | { type: "disconnected" }
  | { type: "auth"; request: AuthRequest }
  | { type: "bind"; request: BindRequest }
  | { type: "unbind" }
  /** An unbind of what is not bound: agents ask so whether the edge still answers. */
  | { type: "ask" }
  /** A request at the public side, answered. */
  | { type: "visit"; status: number }
  | { type: "heartbeat"; answered: boolean };

type EventOf<Type extends EdgeEvent["type"]> = Extract<EdgeEvent, { type: Type }>;

const LONGEST_WAIT_MS = 15_000;

/** What happened, in order, and a way to wait for what has not yet. */
export class EventLog {
  readonly #events: EdgeEvent[] = [];
  readonly #waiting = new Set<() => void>();

  add(event: EdgeEvent): void {
    this.#events.push(event);
    for (const check of this.#waiting) check();
  }

  /** All events of one type so far. */
  of<Type extends EdgeEvent["type"]>(type: Type): EventOf<Type>[] {
    return this.#events.filter((event): event is EventOf<Type> => event.type === type);
  }

  /** Waits until there are `count` events of that type, and gives the last of these; at once when there are already. */
  async until<Type extends EdgeEvent["type"]>(type: Type, count = 1): Promise<EventOf<Type>> {
    return new Promise((resolve, reject) => {
      const check = (): void => {
        const event = this.of(type)[count - 1];
        if (!event) return;
        stop();
        resolve(event);
      };
      const stop = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(check);
      };
      const timer = setTimeout(() => {
        stop();
        reject(
          new Error(`no ${count} × ${type} at the edge, only: ${this.#events.map((event) => event.type).join(", ")}`),
        );
      }, LONGEST_WAIT_MS);
      this.#waiting.add(check);
      check();
    });
  }
}

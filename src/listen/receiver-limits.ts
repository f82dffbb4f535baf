import type { Socket } from "node:net";
import { maxConcurrency } from "../contract/limits.ts";
import type { Refusal } from "./admit.ts";

/** What strangers may take of this machine at one time. */
export interface ReceiverLimits {
  /** Open connections; further ones are closed unread. */
  connections: number;
  /** Requests that wait for their answer. Telepath has `maxConcurrency` under way at most. */
  inFlight: number;
  /** The same on one connection, where they come one behind the other. */
  perConnection: number;
  /** Bytes of bodies, given the largest one that is taken. */
  bodyBytes: (largest: number) => number;
  /** Bytes of answers that wait to be read by their senders. */
  answerBytes: number;
  /** How long a head may take to come, in milliseconds. */
  headMs: number;
  /** How long a whole request may take. */
  requestMs: number;
  /** How often these two are looked at. */
  lookMs: number;
}

export const receiverLimits: ReceiverLimits = {
  connections: 2000,
  inFlight: 10 * maxConcurrency,
  perConnection: maxConcurrency,
  bodyBytes: (largest) => Math.max(256 * 1024 ** 2, 2 * largest),
  answerBytes: 256 * 1024 ** 2,
  headMs: 15_000,
  requestMs: 60_000,
  lookMs: 1000,
};

/** Counts the requests under way, and refuses those that are too many. */
export class Crowd {
  readonly #limits: Pick<ReceiverLimits, "inFlight" | "perConnection">;
  readonly #perConnection = new WeakMap<Socket, number>();
  #inFlight = 0;

  constructor(limits: Pick<ReceiverLimits, "inFlight" | "perConnection">) {
    this.#limits = limits;
  }

  enter(socket: Socket): Refusal | null {
    const here = (this.#perConnection.get(socket) ?? 0) + 1;
    this.#perConnection.set(socket, here);
    this.#inFlight += 1;
    if (this.#inFlight > this.#limits.inFlight) return overloaded("too many requests at once");
    return here > this.#limits.perConnection ? overloaded("too many requests at once on one connection") : null;
  }

  leave(socket: Socket): void {
    this.#perConnection.set(socket, (this.#perConnection.get(socket) ?? 1) - 1);
    this.#inFlight -= 1;
  }
}

function overloaded(text: string): Refusal {
  return { status: 503, code: "overloaded", text };
}

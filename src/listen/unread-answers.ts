import type { ServerResponse } from "node:http";
import type { Notify } from "./notices.ts";

/** What a socket takes at once anyway; counting such answers too would cost each of them more than they can. */
const smallBytes = 8 * 1024;

/**
 * Large answers that their senders have yet to read, and that are in memory until then. When they are too many bytes
 * together, whoever has been reading for longest is cut off: a sender that reads takes milliseconds, and to refuse
 * others would let a few that do not read keep everybody out.
 */
export class UnreadAnswers {
  readonly #mostBytes: number;
  readonly #notify: Notify;
  /** The oldest first, with what takes each out of the count. */
  readonly #unread = new Map<ServerResponse, () => void>();
  #bytes = 0;

  constructor(mostBytes: number, notify: Notify) {
    this.#mostBytes = mostBytes;
    this.#notify = notify;
  }

  /** To be told of each answer as it is written. */
  add(response: ServerResponse, bytes: number): void {
    if (bytes <= smallBytes) return;
    const { socket } = response.req;
    if (response.destroyed || socket.destroyed) return;
    const release = (): void => {
      if (this.#unread.delete(response)) this.#bytes -= bytes;
      socket.off("close", release);
    };
    socket.setMaxListeners(0); // as many as may stand one behind the other
    response.once("close", release);
    socket.once("close", release); // one that stands behind others on its connection hears of no end of its own
    this.#unread.set(response, release);
    this.#bytes += bytes;
    if (this.#bytes > this.#mostBytes) this.#makeRoom(response);
  }

  #makeRoom(latest: ServerResponse): void {
    for (const [response, release] of this.#unread) {
      if (this.#bytes <= this.#mostBytes || response === latest) break;
      release();
      response.req.socket.destroy();
    }
    this.#notify("OVERLOADED", "too many large answers are read too slowly; the oldest were cut off");
  }
}

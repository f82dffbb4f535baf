import { pause, type Clock } from "./clock.ts";

/** What happens at any time, to be looked at one after the other. */
export class Mailbox<Message> {
  readonly #messages: Message[] = [];
  #wake: (() => void) | undefined;

  post(message: Message): void {
    this.#messages.push(message);
    this.#wake?.();
  }

  /**
   * The next message, or undefined when none comes in time.
   *
   * @throws the signal's reason when it is aborted
   */
  async next(clock: Clock, milliseconds: number, stop: AbortSignal): Promise<Message | undefined> {
    if (this.#messages.length === 0) {
      await pause(clock, milliseconds, stop, new Promise((resolve) => (this.#wake = resolve)));
      this.#wake = undefined;
    }
    return this.#messages.shift();
  }
}

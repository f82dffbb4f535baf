import { TelepathError } from "../../src/model/errors.ts";
import type { Verdict } from "../../src/tunnels/probe.ts";
import type { Tunnel, TunnelState } from "../../src/tunnels/provider.ts";
import { pause, type Clock } from "../../src/tunnels/supervisor/clock.ts";
import type { Link, LinkSignal } from "../../src/tunnels/supervisor/link.ts";
import { usualPatience } from "../../src/tunnels/supervisor/patience.ts";
import { keepOpen, type Supervision } from "../../src/tunnels/supervisor/supervise.ts";

/** A clock that stands still until it is told to go on. */
export class HandClock implements Clock {
  #elapsed = 0;
  #slept = 0;
  readonly #timers = new Map<() => void, number>();

  now(): number {
    return this.#elapsed + this.#slept;
  }

  after(milliseconds: number, action: () => void): () => void {
    const timer = (): void => action();
    this.#timers.set(timer, this.#elapsed + milliseconds);
    return () => void this.#timers.delete(timer);
  }

  /** Lets time pass, with everything that it brings about. */
  async advance(milliseconds: number): Promise<void> {
    const until = this.#elapsed + milliseconds;
    for (;;) {
      await settled();
      const next = [...this.#timers].sort(([, a], [, b]) => a - b)[0];
      if (!next || next[1] > until) break;
      this.#elapsed = next[1];
      this.#timers.delete(next[0]);
      next[0]();
    }
    this.#elapsed = until;
  }

  /** The machine sleeps: the time of day goes on, and timers do not. */
  sleep(milliseconds: number): void {
    this.#slept += milliseconds;
  }
}

/** Everything that needs no time has happened. */
async function settled(): Promise<void> {
  for (let round = 0; round < 3; round += 1) await new Promise(setImmediate);
}

/** A session at a provider, as a test wants it. */
export class HandLink implements Link {
  readonly url: string;
  readonly post: (signal: LinkSignal) => void;
  end: "closed" | "killed" | null = null;
  doesAnswer = true;
  asked = 0;

  constructor(url: string, post: (signal: LinkSignal) => void) {
    this.url = url;
    this.post = post;
  }

  answers(): Promise<boolean> {
    this.asked += 1;
    return Promise.resolve(this.doesAnswer);
  }

  close(): Promise<void> {
    this.end ??= "closed";
    return Promise.resolve();
  }

  kill(): void {
    this.end ??= "killed";
  }
}

/** A provider and a network in the hands of a test, and what became of a tunnel there. */
export class World {
  readonly clock = new HandClock();
  readonly links: HandLink[] = [];
  readonly states: TunnelState[] = [];
  readonly latencies: number[] = [];
  /** When, and under which name, a link was asked for. */
  readonly tries: { at: number; domain: string | undefined }[] = [];
  probes = 0;
  /** The failures of the next tries, one after the other; a lone one is the answer to all. */
  failures: TelepathError[] | TelepathError = [];
  /** The verdicts of the next probes likewise. */
  verdicts: Verdict[] | Verdict = { kind: "reached", latencyMs: 40 };
  edgeComesBack: () => void = () => {};
  /** How often it was asked for. */
  waits = 0;
  /** The next tries get no answer within six seconds. */
  isMute = false;
  readonly interruption = new AbortController();

  open(change: Partial<Supervision> = {}): Promise<Tunnel> {
    return keepOpen({
      openLink: (domain, post, stop) => this.#openLink(domain, post, stop),
      probe: () => {
        this.probes += 1;
        const { verdicts } = this;
        return Promise.resolve(Array.isArray(verdicts) ? (verdicts.shift() ?? { kind: "unknown" }) : verdicts);
      },
      edgeIsBack: () => {
        this.waits += 1;
        return new Promise((resolve) => (this.edgeComesBack = () => resolve(true)));
      },
      clock: this.clock,
      random: () => 1,
      patience: usualPatience,
      domain: "hooks.example.com",
      interrupted: this.interruption.signal,
      onState: (state) => this.states.push(state),
      onLatency: (milliseconds) => this.latencies.push(milliseconds),
      ...change,
    });
  }

  get link(): HandLink {
    return this.links.at(-1)!;
  }

  get names(): string[] {
    return this.states.map(({ state }) => state);
  }

  async #openLink(
    domain: string | undefined,
    post: (signal: LinkSignal) => void,
    stop: AbortSignal,
  ): Promise<HandLink> {
    this.tries.push({ at: this.clock.now(), domain });
    await (this.isMute ? pause(this.clock, 6_000, stop) : Promise.resolve());
    stop.throwIfAborted();
    const failure = Array.isArray(this.failures) ? this.failures.shift() : this.failures;
    if (failure) throw failure;
    const link = new HandLink(`https://${domain ?? "chosen.example.com"}`, post);
    this.links.push(link);
    return link;
  }
}

export function failing(code: string, message = code.toLowerCase()): TelepathError {
  return new TelepathError(code, message, `a hint about ${code}`);
}

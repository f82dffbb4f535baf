import { setTimeout as pause } from "node:timers/promises";
import { TelepathError } from "../model/errors.ts";
import { mayPass } from "./errors.ts";
import type { Tunnel, TunnelState } from "./provider.ts";

/** One connection to the provider with one endpoint on it. It may come back by itself after it was lost. */
export interface Link {
  url: string;
  /** Whether the provider answers for this connection right now. Soon, and without throwing. */
  answers(): Promise<boolean>;
  /** Bounded, and without throwing. */
  close(): Promise<void>;
}

/** What a link tells while it is open. */
export interface LinkSignals {
  /** The connection broke off. */
  lost(): void;
  /** A heartbeat was answered, or was not. */
  beat(answered: boolean): void;
  /** The provider ended the endpoint on purpose. */
  ended(reason: string): void;
}

/** @throws TelepathError when it cannot be opened. */
export type OpenLink = (domain: string | undefined, signals: LinkSignals) => Promise<Link>;

/** In milliseconds. */
export interface Patience {
  /** Between looks whether a lost link came back. */
  look: number;
  /** How long a link may take to come back by itself before it is replaced. */
  comeBack: number;
  /** Before each further try to replace it; the last one repeats. */
  retries: readonly number[];
}

/**
 * Opens a tunnel and keeps it open.
 *
 * The SDK's own retries are at 0, 50 ms, 2.5 s, then after two minutes and two hours, and it does nothing at all about
 * unanswered heartbeats. So a link that has not come back in time is closed and replaced by a new one of the same name.
 * `online` is only said when the provider has answered for the endpoint.
 */
export async function keepOpen(
  openLink: OpenLink,
  domain: string | undefined,
  onState: (state: TunnelState) => void,
  patience: Patience,
): Promise<Tunnel> {
  const tunnel = new KeptTunnel(openLink, domain, onState, patience);
  await tunnel.open();
  return tunnel;
}

class KeptTunnel implements Tunnel {
  readonly #openLink: OpenLink;
  readonly #domain: string | undefined;
  readonly #onState: (state: TunnelState) => void;
  readonly #patience: Patience;
  readonly #stop = new AbortController();
  #link: Link | undefined;
  #signals: LinkSignals | undefined;
  #state: TunnelState = { state: "offline", url: null, reason: null };
  /** The connection broke, as opposed to being silent: only then does asking the provider tell something. */
  #broken = false;
  #recovering = false;
  #closed: Promise<void> | undefined;

  constructor(
    openLink: OpenLink,
    domain: string | undefined,
    onState: (state: TunnelState) => void,
    patience: Patience,
  ) {
    this.#openLink = openLink;
    this.#domain = domain;
    this.#onState = onState;
    this.#patience = patience;
  }

  get url(): string {
    return this.#link?.url ?? "";
  }

  async open(): Promise<void> {
    await this.#replace(this.#domain);
  }

  close(): Promise<void> {
    this.#stop.abort();
    this.#closed ??= this.#link?.close() ?? Promise.resolve();
    return this.#closed;
  }

  async #replace(domain: string | undefined): Promise<void> {
    const signals: LinkSignals = {
      lost: () => this.#isCurrent(signals) && this.#trouble("the connection to the provider broke off", true),
      beat: (answered) => this.#isCurrent(signals) && this.#beat(answered),
      ended: (reason) => this.#isCurrent(signals) && this.#end(reason),
    };
    const link = await this.#openLink(domain, signals);
    if (this.#stop.signal.aborted) return link.close();
    this.#link = link;
    this.#signals = signals;
    this.#online();
  }

  #isCurrent(signals: LinkSignals): boolean {
    return this.#signals === signals && !this.#stop.signal.aborted;
  }

  #beat(answered: boolean): void {
    if (!answered) this.#trouble("the provider does not answer", false);
    else if (!this.#broken && this.#state.state === "reconnecting") this.#online();
  }

  #trouble(reason: string, broken: boolean): void {
    this.#broken ||= broken;
    if (this.#state.state === "online") this.#say("reconnecting", reason);
    if (this.#recovering) return;
    this.#recovering = true;
    void this.#recover().finally(() => (this.#recovering = false));
  }

  /** Ends when the tunnel is online again, given up, or closed. */
  async #recover(): Promise<void> {
    try {
      if (await this.#comesBack()) return;
      await this.#takeOver();
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#end(error instanceof Error ? error.message : String(error));
    }
  }

  async #comesBack(): Promise<boolean> {
    const until = Date.now() + this.#patience.comeBack;
    while (Date.now() < until) {
      await this.#pause(this.#patience.look);
      if (this.#broken && (await this.#link?.answers())) this.#online();
      if (this.#state.state === "online") return true;
    }
    return false;
  }

  async #takeOver(): Promise<void> {
    // The name first: the sender's dashboard has it.
    let domain = this.#domain ?? new URL(this.url).hostname;
    this.#signals = undefined;
    await this.#link?.close();
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.#replace(domain || undefined);
      } catch (error) {
        if (!(error instanceof TelepathError)) throw error;
        const nameRefused = error.code === "TUNNEL_DOMAIN_REFUSED" && this.#domain === undefined && domain !== "";
        if (nameRefused) domain = "";
        else if (!mayPass(error)) throw error;
        if (error.message !== this.#state.reason) this.#say("reconnecting", error.message);
      }
      const { retries } = this.#patience;
      await this.#pause(retries[Math.min(attempt, retries.length - 1)] ?? 0);
    }
  }

  #online(): void {
    if (this.#stop.signal.aborted) return;
    this.#broken = false;
    this.#say("online", null);
  }

  #end(reason: string): void {
    this.#say("offline", reason);
    void this.close();
  }

  #say(state: TunnelState["state"], reason: string | null): void {
    this.#state = { state, url: state === "offline" ? null : this.url, reason };
    this.#onState(this.#state);
  }

  async #pause(milliseconds: number): Promise<void> {
    await pause(milliseconds, undefined, { signal: this.#stop.signal });
  }
}

import { TelepathError } from "../../model/errors.ts";
import { isEdgeAway, mayPass, mayPassSoon } from "../errors.ts";
import type { Tunnel, TunnelState } from "../provider.ts";
import { Absence } from "./absence.ts";
import { retryDelay } from "./backoff.ts";
import { pause } from "./clock.ts";
import type { LinkSignal, OpenLink } from "./link.ts";
import { Mailbox } from "./mailbox.ts";
import { LinkWatch, type Ending, type WatchTools } from "./watch.ts";

/** What keeping a tunnel open needs. */
export interface Supervision extends Omit<WatchTools, "say" | "stop" | "onLatency"> {
  openLink: OpenLink;
  /** Resolves to true when an edge that was away is back; to false when it was not away, or `stop` is aborted. */
  edgeIsBack: (stop: AbortSignal) => Promise<boolean>;
  /** From 0 to 1. */
  random: () => number;
  domain: string | undefined;
  /** Ends the opening. */
  interrupted?: AbortSignal;
  onState: (state: TunnelState) => void;
  onLatency: (milliseconds: number) => void;
}

/** How often in a row a name that is taken, or a limit that is reached, is met at the opening before it is believed. */
const fewTries = 3;

/**
 * Opens a tunnel and keeps it open: a link that is no longer good is replaced by a new one of the same name, until the
 * provider says something that no further try will change. Then the tunnel is offline, and stays so.
 *
 * @throws TelepathError when it cannot be opened; only a name or a session that may be let go soon is tried for again
 */
export async function keepOpen(supervision: Supervision): Promise<Tunnel> {
  supervision.interrupted?.throwIfAborted();
  const tunnel = new KeptTunnel(supervision);
  const end = (): void => void tunnel.close();
  supervision.interrupted?.addEventListener("abort", end);
  try {
    await tunnel.open();
    return tunnel;
  } finally {
    supervision.interrupted?.removeEventListener("abort", end);
  }
}

class KeptTunnel implements Tunnel {
  readonly #given: Supervision;
  readonly #tools: WatchTools;
  readonly #stop = new AbortController();
  #watch: LinkWatch | undefined;
  #watchedSince = 0;
  /** What the next link must be called: the sender's dashboard has it. */
  #name: string | undefined;
  /** Tries since a link last was good for a while. */
  #tries = 0;
  #state: TunnelState = { state: "offline", url: null, reason: null, hint: null, latencyMs: null };
  #closed: Promise<void> | undefined;

  constructor(given: Supervision) {
    this.#given = given;
    this.#name = given.domain;
    this.#tools = {
      ...given,
      stop: this.#stop.signal,
      say: (state, reason, hint) => this.#say(state, reason, hint ?? null),
      onLatency: (latencyMs) => {
        this.#state = { ...this.#state, latencyMs };
        if (!this.#stop.signal.aborted) given.onLatency(latencyMs);
      },
    };
  }

  get url(): string {
    return this.#watch?.link.url ?? "";
  }

  async open(): Promise<void> {
    const watch = await this.#connect("opening");
    void this.#keep(watch, await watch.prove());
  }

  close(withinMs?: number): Promise<void> {
    this.#stop.abort();
    this.#closed ??= this.#watch?.link.close(withinMs) ?? Promise.resolve();
    return this.#closed;
  }

  /** Ends when the tunnel is closed, or given up. */
  async #keep(first: LinkWatch, verdict: Ending | null): Promise<void> {
    try {
      let [watch, known] = [first, verdict];
      for (;;) {
        const ending = known ?? (await watch.ending());
        if ("stop" in ending) throw ending.stop;
        this.#say("reconnecting", ending.replace, null);
        if (ending.answers) await watch.link.close();
        else watch.link.kill();
        watch = await this.#connect("reopening");
        known = await watch.prove();
      }
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      const { message, hint } = error instanceof TelepathError ? error : asBug(error);
      this.#say("offline", message, hint ?? null);
      await this.close();
    }
  }

  async #connect(when: "opening" | "reopening"): Promise<LinkWatch> {
    const { clock, patience } = this.#given;
    if (this.#watch && clock.now() - this.#watchedSince >= patience.settled) this.#tries = 0;
    let absence: Absence | undefined;
    try {
      for (let refusals = 0; ;) {
        await this.#pause(refusals > 0 ? patience.retryHeld : patience.retry.longest, absence?.over);
        if (absence?.isOver) absence = undefined;
        let failure: TelepathError;
        try {
          return await this.#try(absence?.over);
        } catch (error) {
          this.#stop.signal.throwIfAborted();
          if (absence?.isOver) continue; // it hung on a connection of before
          if (!(error instanceof TelepathError)) throw error;
          failure = error;
        }
        refusals = mayPassSoon(failure) ? refusals + 1 : 0;
        const opening = when === "opening";
        const most = opening ? fewTries : patience.heldTries;
        const hopeless = refusals > 0 ? refusals >= most : opening || !mayPass(failure);
        if (hopeless && !this.#givesUpName(failure)) throw failure;
        this.#say("reconnecting", failure.message, failure.hint ?? null);
        absence = this.#absenceAfter(failure, absence);
      }
    } finally {
      absence?.end();
    }
  }

  async #pause(longest: number, enough: Promise<void> | undefined): Promise<void> {
    const { clock, patience, random } = this.#given;
    const { retry } = patience;
    const delay = retryDelay(this.#tries, { ...retry, longest: Math.min(longest, retry.longest) }, random());
    this.#tries += 1;
    await pause(clock, delay, this.#stop.signal, enough);
  }

  /** Knocking goes on through pauses and tries for as long as no try gets an answer. */
  #absenceAfter(failure: TelepathError, before: Absence | undefined): Absence | undefined {
    if (isEdgeAway(failure)) return before?.goesOn ? before : new Absence(this.#given.edgeIsBack);
    before?.end();
    return undefined;
  }

  /** @param edgeIsBack breaks the try off, unless it then ends soon */
  async #try(edgeIsBack: Promise<void> | undefined): Promise<LinkWatch> {
    const { clock, patience, openLink } = this.#given;
    const mailbox = new Mailbox<LinkSignal>();
    const end = new AbortController();
    const stop = AbortSignal.any([this.#stop.signal, end.signal]);
    const late = edgeIsBack?.then(() => pause(clock, patience.finish, stop)).then(() => end.abort());
    late?.catch(() => {}); // the try is over
    try {
      const link = await openLink(this.#name, (signal) => mailbox.post(signal), stop);
      this.#name ??= new URL(link.url).hostname;
      this.#watchedSince = clock.now();
      this.#watch = new LinkWatch(link, mailbox, this.#tools);
      return this.#watch;
    } finally {
      end.abort();
    }
  }

  /** A name that nobody asked for by `domain` was the provider's choice, and it may choose anew. */
  #givesUpName({ code }: TelepathError): boolean {
    const lost = this.#given.domain === undefined && this.#name !== undefined && nameIsLost.has(code);
    if (lost) this.#name = undefined;
    return lost;
  }

  #say(state: TunnelState["state"], reason: string | null, hint: string | null): void {
    if (this.#stop.signal.aborted) return;
    const url = state === "offline" ? null : this.url || null;
    const before = this.#state;
    this.#state = { state, url, reason, hint, latencyMs: before.latencyMs };
    if (before.state !== state || before.url !== url || before.reason !== reason) this.#given.onState(this.#state);
  }
}

const nameIsLost: ReadonlySet<string> = new Set(["TUNNEL_DOMAIN_REFUSED", "TUNNEL_NAME_TAKEN"]);

function asBug(error: unknown): { message: string; hint: string } {
  return { message: `a bug ended the tunnel: ${String(error)}`, hint: "please report it" };
}

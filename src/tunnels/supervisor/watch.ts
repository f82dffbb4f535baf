import { TelepathError } from "../../model/errors.ts";
import { mayPass } from "../errors.ts";
import type { Verdict } from "../probe.ts";
import { pause, type Clock } from "./clock.ts";
import type { Link, LinkSignal } from "./link.ts";
import type { Mailbox } from "./mailbox.ts";
import type { Patience } from "./patience.ts";

/** Why a link is no longer good, and what follows. */
export type Ending =
  /** `answers` says whether the provider still listens, so that there is a point in taking leave. */
  { replace: string; answers: boolean } | { stop: TelepathError };

export interface WatchTools {
  clock: Clock;
  patience: Patience;
  stop: AbortSignal;
  /** Makes a request through the public URL. Bounded, and without throwing. */
  probe: (url: string) => Promise<Verdict>;
  /** The state in which the link is found. Said again and again. */
  say: (state: "online" | "reconnecting", reason: string | null, hint?: string) => void;
  onLatency: (milliseconds: number) => void;
}

/**
 * Watches one link until it is no longer good. It is given up when the provider is silent in every way (an unanswered
 * heartbeat alone proves nothing), or says itself that the name is offline. What cannot be found out, because a name
 * does not resolve or a probe gets nowhere, is never a reason.
 *
 * Every method throws the reason of `stop` when that is aborted.
 */
export class LinkWatch {
  readonly link: Link;
  readonly #mailbox: Mailbox<LinkSignal>;
  readonly #tools: WatchTools;
  #lastBeat: number;
  #lastProbe: number;
  /** The edge is there and turns visitors away: a new link would change nothing. */
  #refused = false;

  constructor(link: Link, mailbox: Mailbox<LinkSignal>, tools: WatchTools) {
    this.link = link;
    this.#mailbox = mailbox;
    this.#tools = tools;
    this.#lastBeat = this.#lastProbe = tools.clock.now();
  }

  /** After each bind: the link is online unless its own edge denies that. An edge may need a moment. */
  async prove(): Promise<Ending | null> {
    const { clock, patience, stop, say } = this.#tools;
    for (const wait of [...patience.prove, null]) {
      const verdict = await this.#probe();
      if (verdict.kind !== "offline") {
        this.#accept(verdict);
        return null;
      }
      say("reconnecting", verdict.reason);
      if (wait === null) return { replace: verdict.reason, answers: true };
      await pause(clock, wait, stop);
    }
    return null;
  }

  async ending(): Promise<Ending> {
    const { clock, patience, stop } = this.#tools;
    for (;;) {
      const before = clock.now();
      const signal = await this.#mailbox.next(clock, patience.tick, stop);
      const slept = clock.now() - before > patience.tick + patience.late;
      const ending = (signal ? await this.#heed(signal) : null) ?? (await this.#look(slept));
      if (ending) return ending;
    }
  }

  async #heed(signal: LinkSignal): Promise<Ending | null> {
    switch (signal.type) {
      case "beat":
        this.#lastBeat = this.#tools.clock.now();
        if (signal.latencyMs === null) return await this.#check("the provider does not answer", false);
        this.#tools.onLatency(signal.latencyMs);
        return null;
      case "lost":
        return await this.#comeBack();
      case "gone":
        return { replace: signal.error.message, answers: false };
      case "restart":
        return { replace: "the provider asked for a new connection", answers: true };
      case "ended":
        return mayPass(signal.error) ? { replace: signal.error.message, answers: true } : { stop: signal.error };
    }
  }

  /** What only the clock tells. */
  async #look(slept: boolean): Promise<Ending | null> {
    const { clock, patience } = this.#tools;
    const now = clock.now();
    if (slept) return await this.#check("the connection did not outlive the sleep of this machine", true);
    if (now - this.#lastBeat > patience.silence) {
      this.#lastBeat = now;
      return await this.#check("the provider is silent", false);
    }
    const due = this.#refused ? patience.probeAgain : patience.probeEvery;
    return now - this.#lastProbe > due ? await this.#check("the provider is silent", true) : null;
  }

  /** The SDK's first two tries come at once; the third it puts off for longer than we do. */
  async #comeBack(): Promise<Ending | null> {
    const { clock, patience, stop, say } = this.#tools;
    const reason = "the connection to the provider broke off";
    say("reconnecting", reason);
    const until = clock.now() + patience.comeBack;
    for (let losses = 1; losses < 3 && clock.now() < until;) {
      const signal = await this.#mailbox.next(clock, patience.look, stop);
      if (signal?.type === "lost") losses += 1;
      else if (signal && signal.type !== "beat") return await this.#heed(signal);
      else if (await this.link.answers()) return await this.prove();
      stop.throwIfAborted();
    }
    return { replace: reason, answers: false };
  }

  /** The cheap question first: whether the provider answers for the session. */
  async #check(reason: string, probed: boolean): Promise<Ending | null> {
    const { clock, stop } = this.#tools;
    const answers = await this.link.answers();
    stop.throwIfAborted();
    if (answers && !probed) return null;

    let verdict = await this.#probe();
    if (verdict.kind === "offline") {
      await pause(clock, 1_000, stop); // one of many machines at the edge may be behind
      verdict = await this.#probe();
    }
    if (verdict.kind === "offline") return { replace: verdict.reason, answers };
    if (verdict.kind !== "reached" && !answers) return { replace: reason, answers };
    if (verdict.kind !== "unknown") this.#accept(verdict);
    return null;
  }

  async #probe(): Promise<Verdict> {
    const verdict = await this.#tools.probe(this.link.url);
    this.#tools.stop.throwIfAborted();
    this.#lastProbe = this.#tools.clock.now();
    return verdict;
  }

  #accept(verdict: Exclude<Verdict, { kind: "offline" }>): void {
    this.#refused = verdict.kind === "refused";
    if (verdict.kind === "refused") this.#tools.say("reconnecting", verdict.reason, verdict.hint);
    else this.#tools.say("online", null);
    if (verdict.kind === "reached") this.#tools.onLatency(verdict.latencyMs);
  }
}

import type { DeliveryChanges, History } from "../history/store.ts";
import { deliveryOf, type Delivery } from "../model/delivery.ts";
import type { Emit } from "./events.ts";
import type { Forward, Forwarded } from "./forward.ts";
import type { ForwardTarget } from "./forward-target.ts";
import { isGone, updatedAtLast } from "./late-outcomes.ts";
import { Lane, type Handed, type InLine } from "./lane.ts";
import { reasonOf, type Notify } from "./notices.ts";
import type { Tell } from "./telling.ts";
import type { UnderWay } from "./under-way.ts";

/** What the user can do about forwarding while it runs. */
export interface GatewayControls {
  /** Forwards nothing from now on: what comes is answered 200, kept, and delivered in order after `resume`. */
  pause(): void;
  resume(): void;
  readonly paused: boolean;
  /** How many deliveries wait, for whatever reason. */
  readonly held: number;
}

export interface HoldingTools {
  history: History;
  forward: Forward;
  emit: Emit;
  notify: Notify;
  tell: Tell;
  /** Counts each delivery that is being handed over. */
  work: UnderWay;
  /** Nothing more is handed over. */
  ended: AbortSignal;
  /** What is being handed over is broken off. */
  aborted: AbortSignal;
  /** The number of this process, under which what waits is on record. */
  holder: number;
}

/** What may wait at one time. More is answered 503: an app that is down for days should be heard of. */
const mostHeld = { deliveries: 10_000, bytes: 256 * 1024 ** 2 };

/**
 * How often a delivery is handed to an app that takes it and does not answer. It may be what breaks the app, and then
 * the others should not wait for it for ever.
 */
const mostUnanswered = 3;

/** What goes on with an app's line. */
type LineState = "empty" | "waiting" | "down" | "delivering";

/**
 * Deliveries whose sender was answered 200 and whose app is yet to get them: because the app was down, because
 * forwarding is paused, or because others wait before them. Each app has its own line. What waits is in the history,
 * not in memory, and outlives the process.
 */
export class Holding implements GatewayControls {
  readonly #tools: HoldingTools;
  readonly #lanes = new Map<string, Lane>();
  readonly #states = new Map<string, LineState>();
  readonly #most: typeof mostHeld;
  #paused = false;

  constructor(apps: readonly ForwardTarget[], tools: HoldingTools, most = mostHeld) {
    this.#tools = tools;
    this.#most = most;
    for (const app of apps) {
      const lane = new Lane({
        hand: (first) => this.#hand(first, app),
        mayRun: () => !this.#paused && !tools.ended.aborted,
        ended: tools.ended,
      });
      this.#lanes.set(app.url, lane);
    }
  }

  get paused(): boolean {
    return this.#paused;
  }

  get held(): number {
    return this.#sum(({ length }) => length);
  }

  pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    this.#tools.emit({ type: "holding", state: "paused", held: this.held, app: null });
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#tools.emit({ type: "holding", state: "resumed", held: this.held, app: null });
    for (const lane of this.#lanes.values()) lane.run();
  }

  /** Whether what comes now for an app has to wait, to keep the order or because forwarding is paused. */
  mustWait(app: ForwardTarget): boolean {
    return this.#paused || this.#lane(app).length > 0;
  }

  /** Whether a delivery more may wait. */
  hasRoom(bytes: number): boolean {
    return this.held < this.#most.deliveries && this.#sum((lane) => lane.bytes) + bytes <= this.#most.bytes;
  }

  /** Puts a delivery in line; that it waits is on record already. */
  take(delivery: Delivery, app: ForwardTarget): void {
    const lane = this.#lane(app);
    lane.add({ id: delivery.id, bytes: delivery.body.length, unanswered: 0 });
    if (lane.length === 1) this.#states.set(app.url, "waiting");
    if (!this.#paused && delivery.attempts.length > 0) this.#becomes("down", app);
    this.#tools.emit({ type: "held", delivery, held: this.held });
    if (!this.#paused) lane.run();
  }

  /** Puts in line what an earlier run was left with. */
  async takeOver(isLiving: (holder: number) => boolean): Promise<void> {
    const { history, holder, notify } = this.#tools;
    try {
      const waiting = await history.takeOver([...this.#lanes.keys()], holder, isLiving);
      for (const { id, bytes, target } of waiting) this.#lanes.get(target)?.add({ id, bytes, unanswered: 0 });
    } catch (error) {
      notify("HISTORY_UNWRITABLE", `${reasonOf(error)}; what was held before is delivered by the next listen --hold`);
    }
  }

  /** Begins to hand over what was taken over. */
  begin(): void {
    for (const [app, lane] of this.#lanes) {
      if (lane.length === 0) continue;
      this.#states.set(app, "waiting");
      this.#tools.emit({ type: "holding", state: "restored", held: lane.length, app });
      lane.run();
    }
  }

  async #hand(first: InLine, app: ForwardTarget): Promise<Handed> {
    const { forward, work, history } = this.#tools;
    work.enter();
    try {
      const delivery = history.get(first.id);
      const forwarded = await forward(delivery, app, delivery.attempts.length + 1);
      return await this.#judge(first, delivery, forwarded, app);
    } catch (error) {
      return this.#unreadable(first, error);
    } finally {
      work.leave();
    }
  }

  async #judge(first: InLine, delivery: Delivery, forwarded: Forwarded, app: ForwardTarget): Promise<Handed> {
    const { attempt, down } = forwarded;
    if (down) {
      this.#becomes("down", app); // tried again every other second: on record stands the first time only
      return "again";
    }
    if (attempt.failure === "aborted" && this.#tools.aborted.aborted) return "again";
    if (attempt.failure === "reset" || attempt.failure === "timeout") {
      first.unanswered += 1;
      if (first.unanswered < mostUnanswered && (await this.#write(first.id, { attempt }))) return "again";
    }
    const { outcome } = forwarded;
    if (!(await this.#write(first.id, { attempt, outcome, hold: null }))) return "again";
    await this.#tools.tell(deliveryOf(delivery, first.id, outcome, [...delivery.attempts, attempt]));
    this.#becomes(this.#lane(app).length > 1 ? "delivering" : "empty", app);
    return "done";
  }

  /** The app has it, so the record must say so before anything else happens: else it would be delivered again. */
  #write(id: string, changes: DeliveryChanges): Promise<boolean> {
    return updatedAtLast(id, changes, this.#tools);
  }

  #unreadable({ id }: InLine, error: unknown): Handed {
    if (isGone(error)) {
      this.#tools.notify("HELD_DELIVERY_LOST", `the delivery ${id} waited and is not in the history any more`);
      return "done";
    }
    this.#tools.notify("HISTORY_UNREADABLE", `${reasonOf(error)}; what is held waits`);
    return "again";
  }

  /** Tells of a change, once. What was just delivered is about to leave the line. */
  #becomes(state: "empty" | "down" | "delivering", app: ForwardTarget): void {
    const before = this.#states.get(app.url);
    this.#states.set(app.url, state);
    if (before === state) return;
    const held = this.#lane(app).length - (state === "down" ? 0 : 1);
    this.#tools.emit({ type: "holding", state: state === "empty" ? "delivered" : state, held, app: app.url });
  }

  #lane(app: ForwardTarget): Lane {
    return this.#lanes.get(app.url)!;
  }

  #sum(of: (lane: Lane) => number): number {
    return [...this.#lanes.values()].reduce((sum, lane) => sum + of(lane), 0);
  }
}

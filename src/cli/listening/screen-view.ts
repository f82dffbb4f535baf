import type { History } from "../../history/store.ts";
import type { ListenEvent } from "../../listen/events.ts";
import type { GatewayControls } from "../../listen/holding.ts";
import type { Secret } from "../../model/secret.ts";
import type { Context, Terminal } from "../context.ts";
import { LiveScreen } from "../screen/live.ts";
import { Seat } from "../screen/seat.ts";
import type { Known } from "../views/advice.ts";
import type { HeaderFacts } from "../views/listen.ts";
import type { Style } from "../views/style.ts";
import { Actions } from "./actions.ts";
import { Board } from "./board.ts";
import type { Knowledge } from "./knowledge.ts";
import { Recent } from "./recent.ts";
import type { Replayed } from "./replays.ts";
import { informed, type ListenView } from "./view.ts";

export interface ScreenTools {
  context: Context;
  terminal: Terminal;
  style: Style;
  header: HeaderFacts;
  knowledge: Knowledge;
  history: History;
  secrets: readonly Secret[];
  hasTunnel: boolean;
  /** Null when no request goes to any app. */
  replay: ((id: string) => Promise<Replayed>) | null;
}

const tickMs = 1000;

/** `listen` on a terminal: lines, a live footer, keys. */
export class ListenScreen implements ListenView {
  readonly #live: LiveScreen;
  readonly #board: Board;
  readonly #recent: Recent;
  readonly #actions: Actions;
  readonly #ordered: ListenView;
  readonly #seat: Seat;
  #ticker: NodeJS.Timeout | undefined;

  constructor(tools: ScreenTools) {
    const { context, terminal, style, header, hasTunnel } = tools;
    this.#recent = new Recent(tools.history);
    this.#board = new Board({
      style,
      header,
      hasTunnel,
      keys: () => this.#actions.hints(),
      holding: () => this.#actions.holding(),
      now: context.now,
      clock: () => performance.now(),
    });
    this.#live = new LiveScreen(context.stdout, this.#board);
    this.#actions = new Actions({ ...tools, board: this.#board, live: this.#live, recent: this.#recent });
    this.#ordered = informed(tools.knowledge, (event, known) => this.#show(event, known));
    this.#seat = new Seat(terminal, this.#live, (key) => this.#actions.key(key));
  }

  emit(event: ListenEvent): void {
    this.#ordered.emit(event);
  }

  controls(controls: GatewayControls): void {
    this.#actions.controls(controls);
    this.#live.changed();
  }

  async end(): Promise<void> {
    await this.#ordered.end();
    await this.#actions.idle();
    clearInterval(this.#ticker);
    this.#live.end();
    this.#seat.end();
  }

  #show(event: ListenEvent, known: Known): void {
    this.#board.take(event, known);
    if (event.type === "delivery") this.#recent.add(event.delivery);
    if (this.#board.isTicking) this.#ticker ??= setInterval(() => this.#tick(), tickMs);
    this.#live.changed();
  }

  #tick(): void {
    this.#live.changed();
    if (this.#board.isTicking) return;
    clearInterval(this.#ticker);
    this.#ticker = undefined;
  }
}

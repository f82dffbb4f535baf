import type { GatewayControls } from "../../listen/holding.ts";
import { TelepathError } from "../../model/errors.ts";
import type { Delivery } from "../../model/delivery.ts";
import type { Key } from "../screen/keys.ts";
import type { LiveScreen } from "../screen/live.ts";
import { Pager, type PagerText } from "../screen/pager.ts";
import { verdictWord } from "../views/batch.ts";
import { shortId } from "../views/delivery-line.ts";
import type { HoldingFacts, KeyHint } from "../views/listen-footer.ts";
import { listenHelp } from "../views/listen-help.ts";
import type { Board } from "./board.ts";
import { clipboardPrograms, clipboardSequence, copiedBy } from "./clipboard.ts";
import { detailsPage, signaturePage } from "./pages.ts";
import type { Recent } from "./recent.ts";
import type { ScreenTools } from "./screen-view.ts";

interface ActionTools extends ScreenTools {
  board: Board;
  live: LiveScreen;
  recent: Recent;
}

/** How long a message stays in place of the keys, in milliseconds. */
const messageMs = 6000;

/** A page that is open, and of which delivery it is. */
interface OpenPage {
  pager: Pager;
  /** Makes the same page of another delivery; null where it is of none. */
  of: { id: string; make: (delivery: Delivery) => PagerText } | null;
}

/** What the keys of the screen do. */
export class Actions {
  readonly #tools: ActionTools;
  readonly #keys: Record<Key, () => void>;
  #page: OpenPage | null = null;
  #replaying: Promise<void> | null = null;
  #messageTimer: NodeJS.Timeout | undefined;
  #controls: GatewayControls | null = null;

  constructor(tools: ActionTools) {
    this.#tools = tools;
    const { live, board, recent, terminal } = tools;
    this.#keys = {
      r: () => this.#replay(() => recent.last(), "nothing to replay yet"),
      f: () => this.#replay(() => recent.failed(), "nothing has failed"),
      d: () => this.#open(recent.last(), (delivery) => detailsPage(delivery, tools.style)),
      v: () => this.#open(recent.received(), (delivery) => this.#signature(delivery)),
      c: () => void this.#copy(),
      p: () => this.#pause(),
      "?": () => this.#help(),
      q: () => terminal.interrupt(),
      "ctrl-l": () => live.clear(),
      enter: () => {
        board.mark();
        live.changed();
      },
    };
  }

  controls(controls: GatewayControls): void {
    this.#controls = controls;
  }

  /** What waits for its app, and whether the user wants it to; null while nothing does. */
  holding(): HoldingFacts | null {
    const { paused = false, held = 0 } = this.#controls ?? {};
    return paused || held > 0 ? { paused, held } : null;
  }

  /** The keys that do something now, for the footer. */
  hints(): KeyHint[] {
    const replays = this.#tools.replay ? hintsOf({ r: "replay", f: "failed" }) : [];
    const copies = this.#tools.board.url === null ? [] : hintsOf({ c: "copy" });
    const pauses = this.#controls ? hintsOf({ p: this.#controls.paused ? "resume" : "pause" }) : [];
    const always = hintsOf({ "?": "help", q: "quit" });
    return [...replays, ...hintsOf({ d: "details", v: "explain" }), ...copies, ...pauses, ...always];
  }

  key(key: Key): void {
    this.#say(null);
    if (this.#page) this.#pageKey(key, this.#page);
    else if (Object.hasOwn(this.#keys, key)) this.#keys[key]!();
  }

  /** Resolves when no replay is under way. */
  async idle(): Promise<void> {
    clearTimeout(this.#messageTimer);
    await this.#replaying;
  }

  #pageKey(key: Key, { pager, of }: OpenPage): void {
    if (pager.key(key)) return this.#tools.live.showPage(pager.draw);
    if ((key === "left" || key === "right") && of !== null) {
      of.id = this.#tools.recent.beside(of.id, key === "left" ? -1 : 1);
      this.#trying(() => {
        pager.replace(of.make(this.#tools.history.get(of.id)));
        this.#tools.live.showPage(pager.draw);
      });
    } else if (["q", "escape", "backspace", "?", "d", "v"].includes(key)) {
      this.#page = null;
      this.#tools.live.closePage();
    }
  }

  #open(id: string | undefined, make: (delivery: Delivery) => PagerText): void {
    if (id === undefined) return this.#say("no delivery yet");
    this.#trying(() => {
      const text = make(this.#tools.history.get(id));
      this.#showPage({ pager: new Pager(text, this.#tools.style, "← → other deliveries  q back"), of: { id, make } });
    });
  }

  #signature(delivery: Delivery): PagerText {
    const { secrets, style, context } = this.#tools;
    return signaturePage(delivery, secrets, style, context.stdout.columns ?? 80);
  }

  #help(): void {
    const { style } = this.#tools;
    const offered = new Set(this.hints().map(({ key }) => key));
    const text = { title: "telepath-hooks listen", text: listenHelp(style, offered) };
    this.#showPage({ pager: new Pager(text, style, "q back"), of: null });
  }

  #showPage(page: OpenPage): void {
    this.#page = page;
    this.#tools.live.showPage(page.pager.draw);
  }

  #replay(find: () => string | undefined, nothing: string): void {
    if (this.#tools.replay === null) return this.#say("there is no app to replay to: --respond answers in its place");
    if (this.#replaying) return this.#say("a replay is under way");
    this.#trying(() => {
      const id = find();
      if (id === undefined) return this.#say(nothing);
      this.#say(`replaying ${shortId(id)} …`);
      this.#replaying = this.#replayed(id).finally(() => (this.#replaying = null));
    });
  }

  async #replayed(id: string): Promise<void> {
    const { replay, board, live, recent, style, knowledge } = this.#tools;
    try {
      const { delivery, verdict } = await replay!(id);
      recent.add(delivery);
      board.replayed(
        delivery,
        await knowledge.about(delivery, null),
        verdict === null ? "" : verdictWord(verdict, style),
      );
      this.#say(null);
      live.changed();
    } catch (error) {
      this.#tell(error);
    }
  }

  #pause(): void {
    if (this.#controls?.paused) this.#controls.resume();
    else this.#controls?.pause();
    this.#tools.live.changed();
  }

  async #copy(): Promise<void> {
    const { board, context } = this.#tools;
    const { url } = board;
    if (url === null) return;
    context.stdout.write(clipboardSequence(url));
    const program = await copiedBy(clipboardPrograms(context.env, process.platform), url, context.env);
    this.#say(program === null ? `asked the terminal to copy ${url}` : `copied ${url} (by ${program})`);
  }

  /** What the user can act on is said in place of the keys. */
  #trying(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#tell(error);
    }
  }

  #tell(error: unknown): void {
    if (!(error instanceof TelepathError)) throw error;
    this.#say(error.message);
  }

  #say(message: string | null): void {
    const { board, live } = this.#tools;
    clearTimeout(this.#messageTimer);
    if (message !== null) this.#messageTimer = setTimeout(() => this.#say(null), messageMs).unref();
    if (board.message === message) return;
    board.message = message;
    live.changed();
  }
}

function hintsOf(labels: Record<Key, string>): KeyHint[] {
  return Object.entries(labels).map(([key, label]) => ({ key, label }));
}

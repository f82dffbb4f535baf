import type { Emit, ListenEvent } from "../../listen/events.ts";
import type { GatewayControls } from "../../listen/holding.ts";
import { writeJson, type Context, type Output } from "../context.ts";
import type { Known } from "../views/advice.ts";
import { drawEvent, listenJson, type HeaderFacts } from "../views/listen.ts";
import { styleFor } from "../views/style.ts";
import { safeText } from "../views/text.ts";
import type { Knowledge } from "./knowledge.ts";

/** Shows what happens while listening. */
export interface ListenView {
  emit: Emit;
  /** What the user can do about forwarding, for a view that has keys. */
  controls?(controls: GatewayControls): void;
  /** Resolves when everything is shown; the terminal is as it was. */
  end(): Promise<void>;
}

/** One JSON object a line; what is only narration goes to stderr, where it does not disturb. */
export function jsonView(context: Context): ListenView {
  return {
    emit(event) {
      const object = listenJson(event);
      if (object) writeJson(context, object);
      else if (event.type === "notice") context.stderr.write(`note  ${safeText(event.message)}\n`);
    },
    end: () => Promise.resolve(),
  };
}

/** Lines, for pipes, files and terminals that can do no more. */
export function linesView(
  context: Context,
  flags: { color?: boolean },
  header: HeaderFacts,
  knowledge: Knowledge,
): ListenView {
  const stdout = styleFor(context.stdout, context, flags);
  const stderr = styleFor(context.stderr, context, flags);
  const lines = writtenTogether(context.stdout);
  const view = informed(knowledge, (event, known) => {
    const drawn = drawEvent(event, { stdout, stderr, header, known });
    if (drawn.stdout !== undefined) lines.write(drawn.stdout);
    if (drawn.stderr === undefined) return;
    lines.flush(); // what was said first stands first
    context.stderr.write(drawn.stderr);
  });
  return {
    ...view,
    async end() {
      await view.end();
      lines.flush();
    },
  };
}

/** Writes what comes in one turn of the event loop at once: deliveries that shared a commit are settled together. */
function writtenTogether(output: Output): { write(text: string): void; flush(): void } {
  let held = "";
  const flush = (): void => {
    if (held !== "") output.write(held);
    held = "";
  };
  return {
    write(text) {
      if (held === "") setImmediate(flush);
      held += text;
    },
    flush,
  };
}

/** Hands on every event with what is known that bears on it, in order: while one waits for that, so do the later ones. */
export function informed(knowledge: Knowledge, show: (event: ListenEvent, known: Known) => void): ListenView {
  let waiting: Promise<void> | null = null;
  return {
    emit(event) {
      const known = event.type === "delivery" ? knowledge.about(event.delivery, event.duplicateOf) : {};
      if (waiting === null && !(known instanceof Promise)) return show(event, known);
      const before = waiting ?? Promise.resolve();
      const shown = before.then(async () => {
        show(event, await known);
        if (waiting === shown) waiting = null;
      });
      waiting = shown;
    },
    async end() {
      await waiting;
    },
  };
}

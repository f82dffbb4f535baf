import type { Transport } from "../../delivery/transport.ts";
import type { History } from "../../history/store.ts";
import { appsOf, destinationOf } from "../../listen/routing.ts";
import type { ListenSettings } from "../../listen/session.ts";
import type { Context } from "../context.ts";
import type { HeaderFacts } from "../views/listen.ts";
import { styleFor } from "../views/style.ts";
import { createKnowledge } from "./knowledge.ts";
import { replayRecorded } from "./replays.ts";
import { ListenScreen } from "./screen-view.ts";
import { jsonView, linesView, type ListenView } from "./view.ts";

export interface ViewTerms {
  settings: ListenSettings;
  flags: { json?: boolean; color?: boolean };
  header: HeaderFacts;
  context: Context;
}

/** Objects with `--json`, a live screen on a terminal that can show one, and lines everywhere else. */
export function openView(terms: ViewTerms, tools: { history: History; transport: Transport }): ListenView {
  const { settings, flags, header, context } = terms;
  if (flags.json) return jsonView(context);
  const { history, transport } = tools;
  const knowledge = createKnowledge({ history });
  const { terminal, env, now, interrupted, stdout } = context;
  if (terminal === null || env["TERM"] === "dumb") return linesView(context, flags, header, knowledge);

  const { secrets, addedHeaders, timeoutMs } = settings;
  const appFor = (event: string | null) => {
    const to = destinationOf(event, settings);
    return "app" in to ? to.app : null;
  };
  const replays = { history, transport, appFor, addedHeaders, secrets, timeoutMs, now, interrupted };
  const replay = appsOf(settings).length > 0 ? (id: string) => replayRecorded(id, replays) : null;
  return new ListenScreen({
    context,
    terminal,
    header,
    knowledge,
    history,
    secrets,
    replay,
    style: styleFor(stdout, context, flags),
    hasTunnel: settings.tunnel !== null,
  });
}

import { compare } from "../../delivery/comparison.ts";
import { deliver } from "../../delivery/deliver.ts";
import { anySuccess, parseExpectation } from "../../delivery/expectation.ts";
import type { Transport } from "../../delivery/transport.ts";
import type { History } from "../../history/store.ts";
import { prefixedTarget, type ForwardTarget } from "../../listen/forward-target.ts";
import type { Delivery } from "../../model/delivery.ts";
import { TelepathError } from "../../model/errors.ts";
import type { HeaderList } from "../../model/http.ts";
import type { Secret } from "../../model/secret.ts";
import { replayDraft, type TargetOf } from "../requests/replay-drafts.ts";
import { recordedOriginal } from "../requests/replay-originals.ts";

export interface ReplayTools {
  history: History;
  transport: Transport;
  /** The app to which the gateway forwards events of a type; null when it does not. */
  appFor: (event: string | null) => ForwardTarget | null;
  addedHeaders: HeaderList;
  secrets: readonly Secret[];
  timeoutMs: number;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Ends a replay under way, which is then on record as aborted. */
  interrupted: AbortSignal;
}

export interface Replayed {
  delivery: Delivery;
  /** How it compares with the delivery it repeats. */
  verdict: string | null;
}

/**
 * Delivers again what is on record, as it was, to the app the gateway forwards to.
 *
 * @param id whole
 * @throws TelepathError `UNKNOWN_DELIVERY`, `NOT_WHOLE`, `NO_APP`, `HISTORY_UNWRITABLE`
 */
export async function replayRecorded(id: string, tools: ReplayTools): Promise<Replayed> {
  const { history, transport, addedHeaders, secrets, timeoutMs, now, interrupted } = tools;
  const original = recordedOriginal(id, history);
  const terms = { overrides: [], data: null, resign: null, headers: addedHeaders, secrets };
  const draft = replayDraft(original, { ...terms, targetOf: sameApp(tools.appFor) });
  const expects = parseExpectation(anySuccess);
  const delivery = await deliver(draft, { transport, history, expects, timeoutMs, now }, interrupted);
  return { delivery, verdict: compare(original.delivery!, delivery) };
}

/** What was received has the public URL's path; what was sent, the app's own. */
function sameApp(appFor: ReplayTools["appFor"]): TargetOf {
  return ({ name, event, delivery, target }) => {
    const app = appFor(event);
    if (app === null)
      throw new TelepathError("NO_APP", `no app gets what ${name} is`, "--respond answers in its place");
    const { origin, host, prefix } = app;
    const isReceived = delivery!.source === "listen" || delivery!.source === "import";
    return { origin, host, target: isReceived ? prefixedTarget(prefix, target) : target };
  };
}

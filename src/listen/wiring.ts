import type { Transport } from "../delivery/transport.ts";
import type { History } from "../history/store.ts";
import { createDiagnoser, type Diagnose } from "./diagnoses.ts";
import { createDuplicates } from "./duplicates.ts";
import type { Emit } from "./events.ts";
import { createForward } from "./forward.ts";
import { createGateway, type Gateway, type GatewaySettings } from "./gateway.ts";
import { Holding } from "./holding.ts";
import { LateOutcomes } from "./late-outcomes.ts";
import type { Notify } from "./notices.ts";
import type { ProxyPlace } from "./proxy-headers.ts";
import { appsOf } from "./routing.ts";
import { createSlowAnswers } from "./slow-answers.ts";
import { createTell } from "./telling.ts";
import type { UnderWay } from "./under-way.ts";

export interface WiringTools {
  history: History;
  transport: Transport;
  place: ProxyPlace;
  diagnose: Diagnose;
  emit: Emit;
  notify: Notify;
  /** Milliseconds since the epoch. */
  now: () => number;
  work: UnderWay;
  /** Nothing that is held is handed over any more. */
  ended: AbortSignal;
  /** What is under way is broken off. */
  aborted: AbortSignal;
}

/** Puts the parts of a gateway together. */
export function wireGateway(settings: GatewaySettings, tools: WiringTools): { handle: Gateway; holding: Holding } {
  const { history, emit, notify, now, work, ended, aborted } = tools;
  const clock = (): number => performance.now();
  const { secrets } = settings;
  const diagnose = createDiagnoser({ diagnose: tools.diagnose, secrets, history, notify, aborted, clock });
  const tell = createTell({ emit, diagnose, duplicateOf: createDuplicates(secrets.length), work });
  const forward = createForward(settings, tools);
  const shared = { history, forward, notify, tell, aborted, holder: process.pid };
  const holding = new Holding(appsOf(settings), { ...shared, emit, work, ended });
  const [slow, late] = [createSlowAnswers(emit, clock), new LateOutcomes({ history, notify, work, aborted })];
  const handle = createGateway(settings, { ...shared, holding, now, slow, late });
  return { handle, holding };
}

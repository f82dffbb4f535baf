import { setMaxListeners } from "node:events";
import { Endpoint } from "../check/endpoint.ts";
import type { EventType } from "../contract/event-types.ts";
import { maxConcurrency } from "../contract/limits.ts";
import { defaultRevision, type Revision } from "../contract/revisions.ts";
import type { EventOf } from "../contract/schemas.ts";
import { deliverSequences } from "../delivery/batch.ts";
import { deliver, type Terms } from "../delivery/deliver.ts";
import { isSuccess } from "../delivery/expectation.ts";
import type { Tampering } from "../delivery/tamper.ts";
import { parseTarget, type Target } from "../delivery/target.ts";
import { createTransport } from "../delivery/undici.ts";
import { createEvent, type EventOverrides } from "../fixtures/create.ts";
import { readScenario } from "../fixtures/scenario.ts";
import { scenarioPlayer } from "../fixtures/scenario-call.ts";
import { TelepathError } from "../model/errors.ts";
import { Secret } from "../model/secret.ts";
import { checked, requireOpen, type CheckOptions, type CheckOutcome } from "./check.ts";
import { deliveredOf, draftOf, userAgent, type Delivered } from "./delivered.ts";
import { serve, type TestApp } from "./serve.ts";

/** A Telepath of a test's own: it sends events to one app. */
export interface TelepathOptions {
  /** The app. Started on loopback where it does not listen yet. */
  to: TestApp;
  /** The path of its webhook endpoint; that of the URL, else `/`. */
  path?: string;
  /** Signs; `TELEPATH_WEBHOOK_SECRET` of the environment when left out. */
  secret?: string;
  /** Edition of the contract; `2024-03` when left out. */
  revision?: Revision;
  /** For a whole answer, in milliseconds; 5 s when left out, so that a test fails before its runner gives up. */
  timeoutMs?: number;
  /** Added to every request. */
  headers?: Readonly<Record<string, string>>;
}

export interface SendOptions<R extends Revision> {
  /** Edition of the contract, if not that of the Telepath. */
  revision?: R;
  /** Make it one that the app must refuse. */
  tamper?: Tampering;
}

export interface Telepath {
  /** Where events go. */
  readonly url: string;
  /** What signs them. */
  readonly secret: string;
  /** Sends a sample event with identifiers and times of its own. */
  send<T extends EventType, R extends Revision = typeof defaultRevision>(
    type: T,
    overrides?: EventOverrides<NoInfer<EventOf<T, R>>>,
    options?: SendOptions<R>,
  ): Promise<Delivered>;
  /** Sends exactly these bytes, rightly signed unless `tamper` says otherwise. */
  post(payload: string | Uint8Array, options?: { tamper?: Tampering }): Promise<Delivered>;
  /**
   * Plays a scenario, as `telepath-hooks fixtures list --scenarios` names it, or of a file; without waiting.
   *
   * @throws TelepathError `UNKNOWN_SCENARIO`, `BROKEN_SCENARIO`, `CLOSED`
   */
  call(scenario: string, options?: { speed?: number; callId?: string }): Promise<Delivered[]>;
  /**
   * Checks the app against the whole contract, or the part of it that is asked for.
   *
   * @throws TelepathError `UNKNOWN_CASE`, `CLOSED`
   */
  check(options?: CheckOptions): Promise<CheckOutcome>;
  /** Ends what was started, and what is under way. Nothing is sent from then on. May be called again. */
  close(): Promise<void>;
}

/**
 * Starts a Telepath that sends signed events to an app. Nothing is put on record.
 *
 * @throws TelepathError `NO_SECRET`, `EMPTY_SECRET`, `INVALID_APP`, `INVALID_TARGET`
 */
export async function startTelepath(options: TelepathOptions): Promise<Telepath> {
  const secret = secretOf(options.secret ?? process.env["TELEPATH_WEBHOOK_SECRET"]);
  const { revision: usual = defaultRevision, timeoutMs = 5000 } = options;
  const headers = Object.entries(options.headers ?? {});
  const app = await serve(options.to);
  const target = targetOf(app.url, options.path);
  const transport = createTransport({ connections: maxConcurrency });
  const closing = new AbortController();
  setMaxListeners(0, closing.signal); // every request under way listens
  const terms: Terms = { transport, history: null, expects: isSuccess, timeoutMs, now: Date.now };

  const send = async (body: Uint8Array, tamper?: Tampering): Promise<Delivered> =>
    deliveredOf(await deliver(draftOf(body, { target, secret, headers, tamper }), terms, closing.signal));

  return {
    url: target.origin + target.target,
    secret: secret.reveal(),
    send: (type, overrides, { revision, tamper } = {}) =>
      send(createEvent(type, overrides as never, { revision: revision ?? usual }).payload, tamper),
    post: (payload, { tamper } = {}) => send(Buffer.from(payload), tamper),
    async call(scenario, { speed = Infinity, callId } = {}) {
      const play = scenarioPlayer(readScenario(scenario, {}), speed, { source: { revision: usual }, callId });
      const sequence = play(Date.now()).map(({ made, dueMs }) => ({
        draft: draftOf(made.payload, { target, secret, headers }),
        dueMs,
      }));
      const delivered: Delivered[] = [];
      await deliverSequences([sequence], {
        concurrency: 1,
        interrupted: closing.signal,
        deliver: (draft, signal) => deliver(draft, terms, signal),
        onSettled: (delivery) => delivered.push(deliveredOf(delivery)),
      });
      requireOpen(closing.signal);
      return delivered;
    },
    check: ({ slowMs = 2000, ...chosen } = {}) =>
      checked(
        new Endpoint(
          { target, secret, headers, timeoutMs, slowMs, concurrency: maxConcurrency, fixtures: {}, userAgent },
          { transport, history: null, now: Date.now, counter: null, interrupted: closing.signal },
        ),
        chosen,
      ),
    async close() {
      closing.abort();
      await transport.close();
      await app.close();
    },
  };
}

function secretOf(value: string | undefined): Secret {
  if (value !== undefined) return new Secret(value, "the test's secret");
  throw new TelepathError(
    "NO_SECRET",
    "there is no signing secret",
    "give startTelepath a secret, or set TELEPATH_WEBHOOK_SECRET, and give the app the same one",
  );
}

function targetOf(url: string, path: string | undefined): Target {
  return parseTarget(path === undefined ? url : new URL(path, url).href);
}

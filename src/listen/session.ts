import { randomBytes } from "node:crypto";
import { setMaxListeners } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import type { Transport } from "../delivery/transport.ts";
import type { History, Retention } from "../history/store.ts";
import { Probes } from "../tunnels/probe.ts";
import type { Tunnel, TunnelProvider } from "../tunnels/provider.ts";
import { announce, takeEndedListeners } from "./announcement.ts";
import type { Diagnose } from "./diagnoses.ts";
import type { Emit } from "./events.ts";
import { isOwnPort, ownPortError, type ForwardTarget } from "./forward-target.ts";
import type { GatewaySettings } from "./gateway.ts";
import type { GatewayControls } from "./holding.ts";
import { isListening, tellOfLeftovers, tellOfRest, tellOfUnknownOutcomes } from "./leftovers.ts";
import { throttledNotices } from "./notices.ts";
import { abortOf } from "./interruption.ts";
import { openTunnel, type PublicSettings } from "./open-tunnel.ts";
import { answeringProbes } from "./probe-answers.ts";
import { Receiver } from "./receiver.ts";
import { createRetention } from "./retention.ts";
import type { ProxyPlace } from "./proxy-headers.ts";
import { appsOf } from "./routing.ts";
import { UnderWay } from "./under-way.ts";
import { wireGateway } from "./wiring.ts";

/** What the user asked `listen` for. */
export interface ListenSettings extends GatewaySettings, PublicSettings {
  /** Loopback port of the receiver; 0 is any free one. */
  listenPort: number;
  maxBodyBytes: number;
  /** Stop after this many settled deliveries. */
  until: number | null;
  retention: Retention;
  /** Where the running receiver is announced. */
  dataDir: string;
}

/** What `listen` works with. The caller opens and closes the history and the transport. */
export interface ListenTools {
  history: History;
  transport: Transport;
  /** Asked when `settings.tunnel` is given. */
  tunnels: TunnelProvider;
  diagnose: Diagnose;
  emit: Emit;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Is handed what the user can do about forwarding, when there is an app to forward to. */
  onControls?: (controls: GatewayControls) => void;
  /** Ends the session in good order. */
  interrupted: AbortSignal;
}

/**
 * How long the end of a session may take, in milliseconds, so that all of it takes less than two seconds. What is under
 * way has `drain`, what is aborted then has `abort` to be answered and put on record, the tunnel has what is left of
 * `all` to give its name back, and then `leave` to be gone.
 */
const ending = { all: 1600, drain: 1200, abort: 250, leave: 250 };

/**
 * Receives until interrupted, or until `settings.until` deliveries are settled. Opens the receiver, then the tunnel.
 * At the end, which takes two seconds at most, no new connection is taken, what is under way may finish and is aborted
 * when it does not, then the tunnel closes, then the receiver. When it resolves, every event is out and every write is
 * done.
 *
 * @throws TelepathError `PORT_IN_USE`, `PORT_REFUSED`, `FORWARDS_TO_ITSELF`, or what the tunnel throws; everything is
 *   closed by then
 */
export async function listen(settings: ListenSettings, tools: ListenTools): Promise<void> {
  const { history, transport, now } = tools;
  const work = new UnderWay();
  const notify = throttledNotices(tools.emit, () => performance.now());
  const retention = createRetention(settings.retention, history, now, notify);
  const reached = new AbortController();
  const ended = AbortSignal.any([tools.interrupted, reached.signal]);
  const cut = new AbortController();
  setMaxListeners(0, cut.signal); // every attempt under way listens

  const counts = { deliveries: 0, failed: 0 };
  const emit: Emit = (event) => {
    tools.emit(event);
    if (event.type !== "delivery") return;
    counts.deliveries += 1;
    if (event.delivery.outcome === "failed") counts.failed += 1;
    retention.after(event.delivery);
    if (counts.deliveries === settings.until) reached.abort();
  };
  const { diagnose } = tools;
  const place = placeOf(settings);
  const shared = { history, transport, diagnose, notify, now, work };
  const { handle: gateway, holding } = wireGateway(settings, { ...shared, emit, place, ended, aborted: cut.signal });
  const probes = new Probes();
  const handle = answeringProbes(gateway, probes);
  const apps = appsOf(settings);
  const receiver = await openReceiver(apps, settings.listenPort, (port) =>
    Receiver.start({ port, name: place.name, ...limitsOf(settings) }, { handle, notify, work }),
  );

  const localUrl = `http://127.0.0.1:${receiver.port}`;
  const forwardTo = "app" in settings.destination ? settings.destination.app.url : null;
  const startedAt = now();
  const crashed = takeEndedListeners(settings.dataDir);
  const withdraw = announce(settings.dataDir, { pid: process.pid, localUrl, forwardTo, startedAt });
  let tunnel: Tunnel | null = null;
  try {
    retention.run();
    if (settings.hold) await holding.takeOver(isListening(settings.dataDir));
    if (apps.length > 0) tools.onControls?.(holding);
    tunnel = await openTunnel(settings, apps, { ...tools, notify, probes }, localUrl, ended);
    const publicUrl = tunnel?.url ?? settings.publicUrl;
    if (!ended.aborted) emit({ type: "ready", publicUrl, localUrl, forwardTo, tunnel: tunnel ? "ngrok" : "none" });
    tellOfLeftovers(history, { ...settings, apps }, notify);
    tellOfUnknownOutcomes(history, { ...settings, ended: crashed, now: startedAt }, notify);
    holding.begin();
    await abortOf(ended);
  } finally {
    const late = performance.now() + ending.all;
    await drain(receiver, work, cut);
    const left = late - performance.now();
    await within(left + ending.leave, tunnel?.close(left));
    await receiver.destroy();
    history.endPatience();
    await work.idle();
    withdraw(); // not before all is on record: the next would take over what the app has got already
    await retention.idle();
  }
  tellOfRest(holding.held, notify);
  emit({ type: "stopped", ...counts });
}

/** The tunnel's edge says whom it forwards for, and so does a proxy of the user's. */
function placeOf({ tunnel, publicUrl }: ListenSettings): ProxyPlace {
  return {
    behindProxy: tunnel !== null || publicUrl !== null,
    scheme: tunnel !== null || publicUrl?.startsWith("https:") ? "https" : "http",
    name: `telepath-hooks-${randomBytes(6).toString("hex")}`,
  };
}

/** A connection may be silent for as long as the app may think, and as long as the slowest request may take. */
function limitsOf({ maxBodyBytes, timeoutMs, delayMs }: ListenSettings) {
  return { maxBodyBytes, silenceMs: timeoutMs + delayMs + 60_000 };
}

/** Never on an app's own port: the system could hand out one on which the app is yet to start. */
async function openReceiver(
  apps: readonly ForwardTarget[],
  listenPort: number,
  start: (port: number) => Promise<Receiver>,
): Promise<Receiver> {
  const own = listenPort === 0 ? undefined : await appAt(listenPort, apps);
  if (own) throw ownPortError(own);

  for (;;) {
    const receiver = await start(listenPort);
    if (listenPort !== 0 || !(await appAt(receiver.port, apps))) return receiver;
    void receiver.stop();
  }
}

async function appAt(port: number, apps: readonly ForwardTarget[]): Promise<ForwardTarget | undefined> {
  for (const app of apps) if (await isOwnPort(app, port)) return app;
  return undefined;
}

async function drain(receiver: Receiver, work: UnderWay, cut: AbortController): Promise<void> {
  await within(ending.drain, Promise.all([receiver.stop(), work.idle()]));
  cut.abort();
  await within(ending.abort, work.idle());
}

/** Waits for the promise, but not longer. */
async function within(milliseconds: number, promise: Promise<unknown> | undefined): Promise<void> {
  const timer = new AbortController();
  const late = pause(milliseconds, undefined, { signal: timer.signal }).catch(() => {});
  await Promise.race([promise, late]);
  timer.abort();
}

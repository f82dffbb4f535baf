import { once, setMaxListeners } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import type { Transport } from "../delivery/transport.ts";
import type { History, Retention } from "../history/store.ts";
import type { Tunnel, TunnelProvider, TunnelRequest } from "../tunnels/provider.ts";
import { announce } from "./announcement.ts";
import { createDiagnoser, type Diagnose } from "./diagnoses.ts";
import { createDuplicates } from "./duplicates.ts";
import type { Emit } from "./events.ts";
import { isOwnPort, ownPortError, refuseOwnUrl } from "./forward-target.ts";
import { createGateway, type GatewaySettings } from "./gateway.ts";
import { throttledNotices } from "./notices.ts";
import { Receiver } from "./receiver.ts";
import { createRetention } from "./retention.ts";
import { createSlowAnswers } from "./slow-answers.ts";
import { UnderWay } from "./under-way.ts";

/** What the user asked `listen` for. */
export interface ListenSettings extends GatewaySettings {
  /** Loopback port of the receiver; 0 is any free one. */
  listenPort: number;
  maxBodyBytes: number;
  /** Stop after this many settled deliveries. */
  until: number | null;
  /** The user's own tunnel or proxy that points at the receiver. */
  publicUrl: string | null;
  /** Null: no tunnel. */
  tunnel: Omit<TunnelRequest, "upstream" | "onState"> | null;
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
  /** Ends the session in good order. */
  interrupted: AbortSignal;
}

/** How long deliveries under way have when the session ends, and how long the aborted ones have to be put on record. */
const drainMs = 2000;
const abortMs = 1000;

/**
 * Receives until interrupted, or until `settings.until` deliveries are settled. Opens the receiver, then the tunnel.
 * At the end no new connection is taken, what is under way has two seconds and is aborted after that, then the tunnel
 * closes, then the receiver. When it resolves, every event is out and every write is done.
 *
 * @throws TelepathError `PORT_IN_USE`, `PORT_REFUSED`, `FORWARDS_TO_ITSELF`, or what the tunnel throws; everything is
 *   closed by then
 */
export async function listen(settings: ListenSettings, tools: ListenTools): Promise<void> {
  const { history, transport, now } = tools;
  const work = new UnderWay();
  const notify = throttledNotices(tools.emit, now);
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
  const aborted = cut.signal;
  const { secrets } = settings;
  const clock = (): number => performance.now();
  const diagnose = createDiagnoser({ diagnose: tools.diagnose, secrets, history, notify, aborted, clock });
  const [duplicateOf, slow] = [createDuplicates(), createSlowAnswers(emit, clock)];
  const knowing = { diagnose, duplicateOf, slow };
  const handle = createGateway(settings, { history, transport, emit, notify, now, work, aborted, ...knowing });
  const receiver = await openReceiver(settings, (port) =>
    Receiver.start({ port, ...limitsOf(settings) }, { handle, notify, work }),
  );

  const localUrl = `http://127.0.0.1:${receiver.port}`;
  const forwardTo = "app" in settings.destination ? settings.destination.app.url : null;
  const withdraw = announce(settings.dataDir, { pid: process.pid, localUrl, forwardTo, startedAt: now() });
  let tunnel: Tunnel | null = null;
  try {
    retention.run();
    tunnel = await openTunnel(settings, tools, localUrl, ended);
    const publicUrl = tunnel?.url ?? settings.publicUrl;
    if (!ended.aborted) emit({ type: "ready", publicUrl, localUrl, forwardTo, tunnel: tunnel ? "ngrok" : "none" });
    await abortOf(ended);
  } finally {
    await drain(receiver, work, cut);
    await tunnel?.close();
    receiver.destroy();
    withdraw();
    await work.idle();
    await retention.idle();
  }
  emit({ type: "stopped", ...counts });
}

/** A connection may be silent for as long as the app may think, and as long as the slowest request may take. */
function limitsOf({ maxBodyBytes, timeoutMs }: ListenSettings) {
  return { maxBodyBytes, silenceMs: timeoutMs + 60_000 };
}

/** Never on the app's own port: the system could hand out one on which the app is yet to start. */
async function openReceiver(
  { destination, listenPort }: ListenSettings,
  start: (port: number) => Promise<Receiver>,
): Promise<Receiver> {
  if (!("app" in destination)) return await start(listenPort);
  const { app } = destination;
  if (listenPort !== 0 && (await isOwnPort(app, listenPort))) throw ownPortError(app);

  const receiver = await start(listenPort);
  if (listenPort !== 0 || !(await isOwnPort(app, receiver.port))) return receiver;
  const other = await start(0);
  void receiver.stop();
  return other;
}

/** Resolves to null when there is none, or when the session ends first; a tunnel that comes later is closed. */
async function openTunnel(
  settings: ListenSettings,
  tools: ListenTools,
  upstream: string,
  ended: AbortSignal,
): Promise<Tunnel | null> {
  const checkUrl = (url: string): void => {
    if ("app" in settings.destination) refuseOwnUrl(settings.destination.app, url);
  };
  if (settings.publicUrl !== null) checkUrl(settings.publicUrl);
  if (!settings.tunnel) return null;

  let opened = false;
  const onState: TunnelRequest["onState"] = (state) => {
    if (!opened && state.state === "online") return; // `ready` says so
    tools.emit({ type: "tunnel", ...state });
  };
  const opening = tools.tunnels.open({ ...settings.tunnel, upstream, onState });
  const tunnel = await Promise.race([opening, abortOf(ended)]);
  if (!tunnel) {
    opening.then((late) => late.close()).catch(() => {}); // nobody is left to tell
    return null;
  }
  try {
    checkUrl(tunnel.url);
  } catch (error) {
    await tunnel.close();
    throw error;
  }
  opened = true;
  return tunnel;
}

async function drain(receiver: Receiver, work: UnderWay, cut: AbortController): Promise<void> {
  await within(drainMs, Promise.all([receiver.stop(), work.idle()]));
  cut.abort();
  await within(abortMs, work.idle());
}

/** Waits for the promise, but not longer. */
async function within(milliseconds: number, promise: Promise<unknown>): Promise<void> {
  const timer = new AbortController();
  const late = pause(milliseconds, undefined, { signal: timer.signal }).catch(() => {});
  await Promise.race([promise, late]);
  timer.abort();
}

async function abortOf(signal: AbortSignal): Promise<null> {
  if (!signal.aborted) await once(signal, "abort");
  return null;
}

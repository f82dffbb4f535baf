import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { createTransport } from "../../src/delivery/undici.ts";
import { openHistory } from "../../src/history/sqlite.ts";
import { defaultRetention, type History } from "../../src/history/store.ts";
import type { Answer } from "../../src/listen/answer.ts";
import type { ListenEvent } from "../../src/listen/events.ts";
import type { GatewayControls } from "../../src/listen/holding.ts";
import { forwardTarget } from "../../src/listen/forward-target.ts";
import { listen, type ListenSettings, type ListenTools } from "../../src/listen/session.ts";
import type { Delivery } from "../../src/model/delivery.ts";
import type { TunnelProvider } from "../../src/tunnels/provider.ts";

export interface Listening {
  /** Of the receiver. */
  port: number;
  controls: GatewayControls;
  dataDir: string;
  history: History;
  events: ListenEvent[];
  /** The settled deliveries, once there are so many. */
  deliveries(count: number): Promise<Delivery[]>;
  /** Resolves to the first event of a type, once there is one. */
  event<Type extends ListenEvent["type"]>(type: Type): Promise<Extract<ListenEvent, { type: Type }>>;
  /** As Ctrl-C; resolves when the session has ended. */
  stop(): Promise<void>;
  /** The session itself. */
  ended: Promise<void>;
}

export const noTunnel: TunnelProvider = { open: () => Promise.reject(new Error("no tunnel was asked for")) };

export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "telepath-hooks-listen-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** An answer without an app. */
export function emptyAnswer(status: number): Answer {
  return { status, headers: [], body: new Uint8Array() };
}

/** What `listen` is given when a test does not care. */
export function settingsFor(appPort: number | null, dataDir: string): ListenSettings {
  return {
    secrets: [],
    requireSignature: false,
    events: [],
    routes: [],
    hold: false,
    delayMs: 0,
    preserveHost: false,
    destination:
      appPort === null ? { respond: emptyAnswer(200) } : { app: forwardTarget(`http://127.0.0.1:${appPort}`) },
    addedHeaders: [],
    timeoutMs: 10_000,
    listenPort: 0,
    maxBodyBytes: 10 * 1024 ** 2,
    until: null,
    publicUrl: null,
    tunnel: null,
    retention: defaultRetention,
    dataDir,
  };
}

/** A session with the real history and the real transport, closed after the test. */
export async function listening(
  appPort: number | null,
  settings: Partial<ListenSettings> = {},
  tools: Partial<ListenTools> = {},
): Promise<Listening> {
  const dataDir = settings.dataDir ?? folder();
  const history = tools.history ?? (await openHistory(dataDir));
  const transport = createTransport({ connections: 100 });
  const interruption = new AbortController();
  const events: ListenEvent[] = [];
  const waiting = new Set<() => void>();
  let controls: GatewayControls | undefined;
  const ended = listen(
    { ...settingsFor(appPort, dataDir), ...settings },
    {
      history,
      transport,
      tunnels: noTunnel,
      diagnose: () => null,
      now: Date.now,
      interrupted: interruption.signal,
      onControls: (given) => (controls = given),
      ...tools,
      emit: (event) => {
        events.push(event);
        waiting.forEach((check) => check());
      },
    },
  );
  ended.catch(() => {});
  const stop = async (): Promise<void> => {
    interruption.abort();
    await ended;
  };
  onTestFinished(async () => {
    await stop().catch(() => {});
    await transport.close();
    await history.close();
  });

  const when = <Value>(find: () => Value | undefined): Promise<Value> =>
    new Promise((resolve) => {
      const check = (): void => {
        const found = find();
        if (found === undefined) return;
        waiting.delete(check);
        resolve(found);
      };
      waiting.add(check);
      check();
    });
  const event: Listening["event"] = (type) => when(() => events.find((candidate) => candidate.type === type) as never);
  const deliveries = (count: number): Promise<Delivery[]> =>
    when(() => {
      const settled = events.flatMap((candidate) => (candidate.type === "delivery" ? [candidate.delivery] : []));
      return settled.length >= count ? settled : undefined;
    });

  const ready = await Promise.race([event("ready"), ended.then(() => null)]);
  const port = Number(new URL(ready!.localUrl).port);
  return { port, controls: controls!, dataDir, history, events, deliveries, event, stop, ended };
}

import { describe, expect, it, onTestFinished } from "vitest";
import { createTransport } from "../../src/delivery/undici.ts";
import { openHistory } from "../../src/history/sqlite.ts";
import type { History } from "../../src/history/store.ts";
import type { ListenEvent } from "../../src/listen/events.ts";
import { createForward } from "../../src/listen/forward.ts";
import { forwardTarget } from "../../src/listen/forward-target.ts";
import { Holding } from "../../src/listen/holding.ts";
import { UnderWay } from "../../src/listen/under-way.ts";
import type { Delivery } from "../../src/model/delivery.ts";
import { TelepathError } from "../../src/model/errors.ts";
import { closedPort } from "../delivery/raw-server.ts";
import { newDelivery } from "../history/samples.ts";
import { folder, listening, type Listening } from "./listening.ts";
import { ok, rawApp, says } from "./raw-app.ts";
import { exchange, statusOf } from "./raw-socket.ts";

/** Sends the numbers one after the other and gives the statuses. */
async function send({ port }: Listening, ...numbers: number[]): Promise<number[]> {
  const statuses: number[] = [];
  for (const number of numbers) {
    const body = JSON.stringify({ event: "call.ended", number });
    const head = `POST /hooks HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n`;
    statuses.push(statusOf(await exchange(port, head + body)));
  }
  return statuses;
}

function numbersOf(bodies: readonly { body: Uint8Array }[]): number[] {
  return bodies.map(({ body }) => (JSON.parse(Buffer.from(body).toString()) as { number: number }).number);
}

function statesOf(events: readonly ListenEvent[]): string[] {
  return events.flatMap((event) => (event.type === "holding" ? [`${event.state} ${event.held}`] : []));
}

describe("--hold, while the app is down", () => {
  it("answers 200, and delivers in order when the app is back, and then what comes at once", async () => {
    const port = await closedPort();
    const listen = await listening(port, { hold: true });
    expect(await send(listen, 1, 2, 3)).toEqual([200, 200, 200]);
    expect(listen.controls.held).toBe(3);
    const waiting = listen.events.flatMap((event) => (event.type === "held" ? [event] : []));
    expect(waiting.map(({ held, delivery }) => [held, delivery.outcome])).toEqual([
      [1, "pending"],
      [2, "pending"],
      [3, "pending"],
    ]);

    const app = await rawApp(undefined, port);
    const delivered = await listen.deliveries(3);
    expect(numbersOf(app.requests)).toEqual([1, 2, 3]);
    expect(delivered.map(({ outcome }) => outcome)).toEqual(["delivered", "delivered", "delivered"]);
    expect(listen.history.get(delivered[0]!.id)).toMatchObject({
      outcome: "delivered",
      attempts: [
        { number: 1, failure: "refused" },
        { number: 2, response: { status: 200 } },
      ],
    });
    expect(listen.history.held()).toEqual([]);
    expect(await send(listen, 4)).toEqual([200]);
    expect(numbersOf(app.requests)).toEqual([1, 2, 3, 4]);
    expect(statesOf(listen.events)).toEqual(["down 1", "delivering 2", "delivered 0"]);
  });

  it("tells that all is delivered after what was", async () => {
    const app = await rawApp();
    const listen = await listening(app.port);
    listen.controls.pause();
    await send(listen, 1, 2);
    listen.controls.resume();
    await expect.poll(() => statesOf(listen.events).at(-1)).toBe("delivered 0");
    const told = listen.events.flatMap((event) =>
      event.type === "holding" ? [event.state] : event.type === "delivery" ? [event.type] : [],
    );
    expect(told).toEqual(["paused", "resumed", "delivery", "delivering", "delivery", "delivered"]);
  });

  it("puts what comes meanwhile behind what waits, whatever comes first", async () => {
    const port = await closedPort();
    const listen = await listening(port, { hold: true });
    await send(listen, 1, 2);
    let answer: (() => unknown) | undefined;
    const app = await rawApp((socket) => {
      if (answer) return void socket.write(ok);
      answer = () => socket.write(ok);
    }, port);
    await app.received(1);
    expect(await send(listen, 3)).toEqual([200]);
    answer?.();
    await listen.deliveries(3);
    expect(numbersOf(app.requests)).toEqual([1, 2, 3]);
  });

  it("does not take an answer of 500, or none at all, for an app that is down", async () => {
    const failing = await rawApp(says("HTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\n"));
    const resetting = await rawApp((socket) => socket.resetAndDestroy());
    expect(await send(await listening(failing.port, { hold: true }), 1)).toEqual([500]);
    expect(await send(await listening(resetting.port, { hold: true }), 1)).toEqual([502]);
  });

  it("tells and gives up what the app takes three times without an answer, and goes on", async () => {
    const port = await closedPort();
    const listen = await listening(port, { hold: true });
    await send(listen, 1, 2);
    const app = await rawApp((socket, { body }) => {
      if (numbersOf([{ body }])[0] === 1) socket.resetAndDestroy();
      else socket.write(ok);
    }, port);
    const deliveries = await listen.deliveries(2);
    expect(numbersOf(app.requests)).toEqual([1, 1, 1, 2]);
    expect(deliveries.map(({ outcome, attempts }) => [outcome, attempts.map(({ failure }) => failure)])).toEqual([
      ["failed", ["refused", "reset", "reset", "reset"]],
      ["delivered", [null]],
    ]);
  });

  it("survives the end of the process: the next one delivers them first, each once", async () => {
    const [port, dataDir] = [await closedPort(), folder()];
    const first = await listening(port, { hold: true, dataDir });
    await send(first, 1, 2);
    await first.stop();
    expect(await first.event("notice")).toMatchObject({ code: "STILL_HELD", message: expect.stringContaining("2") });

    const idle = await listening(port, { dataDir });
    expect(await idle.event("notice")).toMatchObject({
      code: "HELD_BEFORE",
      message: expect.stringContaining("--hold"),
    });
    await idle.stop();

    const second = await listening(port, { hold: true, dataDir });
    expect(await send(second, 3)).toEqual([200]);
    const app = await rawApp(undefined, port);
    await second.deliveries(3);
    expect(numbersOf(app.requests)).toEqual([1, 2, 3]);
    expect(statesOf(second.events)[0]).toBe("restored 2");
    await second.stop();

    const third = await listening(port, { hold: true, dataDir });
    await send(third, 4);
    expect(numbersOf(app.requests)).toEqual([1, 2, 3, 4]);
  });

  it("of one app does not hold up another", async () => {
    const [down, up] = [await closedPort(), await rawApp()];
    const route = { events: ["call.started"], app: forwardTarget(`http://127.0.0.1:${down}`) };
    const listen = await listening(up.port, { hold: true, routes: [route] });
    const started = '{"event":"call.started","number":0}';
    const head = `POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: ${started.length}\r\n\r\n`;
    expect(statusOf(await exchange(listen.port, head + started))).toBe(200);
    await send(listen, 1);
    expect(numbersOf(up.requests)).toEqual([1]);
    expect(listen.controls.held).toBe(1);
  });
});

describe("forwarding that is paused", () => {
  it("keeps what comes, and delivers it in order when it goes on", async () => {
    const app = await rawApp();
    const listen = await listening(app.port);
    listen.controls.pause();
    listen.controls.pause();
    expect(await send(listen, 1, 2)).toEqual([200, 200]);
    expect([app.connections, listen.controls.paused, listen.controls.held]).toEqual([0, true, 2]);
    listen.controls.resume();
    await listen.deliveries(2);
    expect(await send(listen, 3)).toEqual([200]);
    expect(numbersOf(app.requests)).toEqual([1, 2, 3]);
    expect(statesOf(listen.events)).toEqual(["paused 0", "resumed 2", "delivering 1", "delivered 0"]);
  });

  it("and goes on just before the end loses nothing: what the app has not answered waits for the next session", async () => {
    const hanging = await rawApp(() => {});
    const listen = await listening(hanging.port);
    listen.controls.pause();
    await send(listen, 1, 2);
    listen.controls.resume();
    await hanging.received(1);
    await listen.stop();
    expect([hanging.requests.length, listen.history.held().length]).toEqual([1, 2]);
    expect(statesOf(listen.events)).toEqual(["paused 0", "resumed 2"]);
    expect(listen.events.at(-2)).toMatchObject({ type: "notice", code: "STILL_HELD" });
    expect(listen.events.at(-1)).toEqual({ type: "stopped", deliveries: 0, failed: 0 });
  });

  it("has no say where there is no app", async () => {
    const listen = await listening(null);
    expect(listen.controls).toBeUndefined();
  });
});

describe("what waits", () => {
  const app = (port: number) => forwardTarget(`http://127.0.0.1:${port}`);

  /** A holding area without a receiver before it. */
  async function holdingFor(port: number, history: History, most?: { deliveries: number; bytes: number }) {
    const events: ListenEvent[] = [];
    const told: Delivery[] = [];
    const codes: string[] = [];
    const end = new AbortController();
    const transport = createTransport({ connections: 1 });
    onTestFinished(async () => {
      end.abort();
      await transport.close();
    });
    const place = { behindProxy: false, scheme: "http", name: "test" } as const;
    const settings = { addedHeaders: [], timeoutMs: 5000, preserveHost: false };
    const forward = createForward(settings, { transport, place, aborted: end.signal });
    const tools = { history, forward, work: new UnderWay(), ended: end.signal, aborted: end.signal, holder: 1 };
    const holding = new Holding(
      [app(port)],
      {
        ...tools,
        emit: (event) => events.push(event),
        tell: (delivery) => Promise.resolve(void told.push(delivery)),
        notify: (code) => codes.push(code),
      },
      most,
    );
    const hold = async (): Promise<Delivery> => {
      const delivery = newDelivery();
      const id = await history.record(delivery, { hold: { target: app(port).url, holder: 1 } });
      return { ...delivery, id, attempts: [] };
    };
    return { holding, hold, told, codes };
  }

  it("is bounded in number and in bytes", async () => {
    const history = await opened();
    const port = await closedPort();
    const size = newDelivery().body.length;
    const { holding, hold } = await holdingFor(port, history, { deliveries: 2, bytes: 3 * size });
    holding.pause();
    expect([holding.hasRoom(3 * size), holding.hasRoom(3 * size + 1)]).toEqual([true, false]);
    holding.take(await hold(), app(port));
    expect([holding.hasRoom(2 * size), holding.hasRoom(2 * size + 1)]).toEqual([true, false]);
    holding.take(await hold(), app(port));
    expect([holding.hasRoom(0), holding.held]).toEqual([false, 2]);
  });

  it("is not delivered twice when its outcome cannot be written at first", async () => {
    const history = await opened();
    let faults = 2;
    const faulty = Object.assign(Object.create(history) as History, {
      get: history.get.bind(history),
      record: history.record.bind(history),
      update: (...change: Parameters<History["update"]>) =>
        faults-- > 0
          ? Promise.reject(new TelepathError("HISTORY_UNWRITABLE", "the disk is full"))
          : history.update(...change),
    });
    const received = await rawApp();
    const { holding, hold, told, codes } = await holdingFor(received.port, faulty);
    holding.take(await hold(), app(received.port));
    await expect.poll(() => told.length, { timeout: 5000 }).toBe(1);
    expect(received.requests).toHaveLength(1);
    expect(codes).toEqual(["HISTORY_UNWRITABLE", "HISTORY_UNWRITABLE"]);
    expect(history.held()).toEqual([]);
  });

  it("and was dropped from the history is told of, and does not hold up the others", async () => {
    const history = await opened();
    const received = await rawApp();
    const { holding, hold, told, codes } = await holdingFor(received.port, history);
    holding.pause();
    const lost = await hold();
    holding.take(lost, app(received.port));
    await history.prune({ maxAgeMs: 0, maxBytes: 0 }, lost.createdAt + 1);
    holding.take(await hold(), app(received.port));
    holding.resume();
    await expect.poll(() => told.length).toBe(1);
    expect(codes).toEqual(["HELD_DELIVERY_LOST"]);
    expect(received.requests).toHaveLength(1);
  });
});

async function opened(): Promise<History> {
  const history = await openHistory(folder());
  onTestFinished(() => history.close());
  return history;
}

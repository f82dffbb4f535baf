import { rmSync, writeFileSync } from "node:fs";
import type { Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { openHistory } from "../../src/history/sqlite.ts";
import type { History } from "../../src/history/store.ts";
import { TelepathError } from "../../src/model/errors.ts";
import { Secret } from "../../src/model/secret.ts";
import { closedPort } from "../delivery/raw-server.ts";
import { emptyAnswer, folder, listening } from "./listening.ts";
import { ok, rawApp, says } from "./raw-app.ts";
import { exchange, rawSocket, statusOf } from "./raw-socket.ts";

const secret = new Secret("whsec_a secret nobody may see", "test");
const post =
  'POST /hooks HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 22\r\n\r\n{"event":"call.ended"}\n'.slice(
    0,
    -1,
  );

describe("an app that does not answer as it should", () => {
  it.each<[string, number, string, (socket: Socket) => void]>([
    ["resets", 502, "reset", (socket) => socket.resetAndDestroy()],
    ["closes", 502, "reset", (socket) => socket.end()],
    ["answers garbage", 502, "reset", says("\x00\x01 not http\r\n\r\n")],
    [
      "closes in the middle of its answer",
      502,
      "reset",
      (socket) => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab"),
    ],
    ["hangs", 504, "timeout", () => {}],
    ["hangs in the middle of its answer", 504, "timeout", says("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab")],
  ])("%s: %i %s", async (_name, status, failure, behave) => {
    const app = await rawApp(behave);
    const { port, deliveries, history } = await listening(app.port, {
      timeoutMs: failure === "timeout" ? 150 : 10_000,
    });
    const answer = await exchange(port, post);
    expect(statusOf(answer)).toBe(status);
    expect(answer).toMatch(new RegExp(`^telepath-hooks: .*\\(${failure}\\)$`, "m"));
    expect(answer).not.toContain(String(app.port));
    const [delivery] = await deliveries(1);
    expect(history.get(delivery!.id)).toMatchObject({
      event: "call.ended",
      outcome: "failed",
      attempts: [{ number: 1, response: null, failure }],
    });
  });

  it("is not there: 502 refused", async () => {
    const { port, deliveries } = await listening(await closedPort());
    expect(await exchange(port, post)).toMatch(/^HTTP\/1\.1 502 [^]*\(refused\)\n$/);
    expect((await deliveries(1))[0]).toMatchObject({ outcome: "failed", attempts: [{ failure: "refused" }] });
  });

  it.each([500, 404, 302])("answers %i: that is passed on, and counts as failed", async (status) => {
    const app = await rawApp(
      says(`HTTP/1.1 ${status} X\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 2\r\n\r\nno`),
    );
    const { port, deliveries } = await listening(app.port);
    const answer = await exchange(port, post);
    expect(statusOf(answer)).toBe(status);
    expect(answer).toContain("Location: http://127.0.0.1:1/");
    expect((await deliveries(1))[0]).toMatchObject({ outcome: "failed", attempts: [{ response: { status } }] });
  });
});

describe("a sender that leaves", () => {
  it("while the app works, does not stop the delivery", async () => {
    let answer = (): unknown => null;
    const app = await rawApp((socket) => (answer = () => socket.write(ok)));
    const { port, deliveries } = await listening(app.port);
    const connection = await rawSocket(port);
    connection.write(post);
    await app.received(1);
    connection.socket.resetAndDestroy();
    answer();
    expect((await deliveries(1))[0]?.outcome).toBe("delivered");
  });
});

describe("a history that cannot be written", () => {
  /** A history that writes as it is told here, and reads as the one behind it. */
  const standIn = (history: History, writes: Partial<History>): History =>
    Object.assign(Object.create(history) as History, {
      close: () => history.close(),
      held: () => [],
      endPatience: () => {},
      prune: () => Promise.resolve({ deliveries: 0, bytes: 0 }),
      ...writes,
    });
  const failing = async (dataDir: string): Promise<History> => {
    const history = await openHistory(dataDir);
    const fault = () => Promise.reject(new TelepathError("HISTORY_UNWRITABLE", "the disk is full"));
    return standIn(history, { record: fault });
  };

  it("means 503 to the sender, a notice, and nothing forwarded", async () => {
    const app = await rawApp();
    const listen = await listening(app.port, {}, { history: await failing(folder()) });
    const answer = await exchange(listen.port, post);
    expect(statusOf(answer)).toBe(503);
    expect(answer).toContain("\r\nRetry-After: 5\r\n");
    expect(await listen.event("notice")).toMatchObject({
      code: "HISTORY_UNWRITABLE",
      message: expect.stringContaining("the disk is full") as string,
    });
    expect(app.connections).toBe(0);
  });

  it("means the same when the data folder is taken away, and ends when it is back", async () => {
    const dataDir = folder();
    const app = await rawApp();
    const listen = await listening(app.port, {}, { history: await openHistory(dataDir) });
    rmSync(dataDir, { recursive: true });
    writeFileSync(dataDir, "in the way");
    expect(statusOf(await exchange(listen.port, post))).toBe(503);
    expect(app.connections).toBe(0);
    rmSync(dataDir);
    expect(statusOf(await exchange(listen.port, post))).toBe(200);
  });

  it("after the app has answered, does not take the answer away", async () => {
    const history = await openHistory(folder());
    const app = await rawApp();
    const faulty = standIn(history, {
      record: history.record.bind(history),
      update: () => Promise.reject(new TelepathError("HISTORY_UNWRITABLE", "the disk is full")),
    });
    const listen = await listening(app.port, {}, { history: faulty });
    expect(statusOf(await exchange(listen.port, post))).toBe(200);
    expect(await listen.event("notice")).toMatchObject({ code: "OUTCOME_UNWRITABLE" });
    await listen.stop();
    expect(listen.events).toContainEqual({
      type: "notice",
      code: "OUTCOMES_LOST",
      message: "the outcome of 1 delivery could not be put on record",
    });
  });

  it("gets the outcomes of what was under way when the fault is over", async () => {
    const history = await openHistory(folder());
    let isBroken = true;
    const app = await rawApp();
    const faulty = standIn(history, {
      record: history.record.bind(history),
      update: (...changes: Parameters<History["update"]>) =>
        isBroken
          ? Promise.reject(new TelepathError("HISTORY_UNWRITABLE", "the disk is full"))
          : history.update(...changes),
    });
    const listen = await listening(app.port, {}, { history: faulty });
    await Promise.all([exchange(listen.port, post), exchange(listen.port, post)]);
    const ids = (await listen.deliveries(2)).map(({ id }) => id);
    expect(ids.map((id) => history.get(id).outcome)).toEqual(["pending", "pending"]);
    isBroken = false;
    await expect
      .poll(() => ids.map((id) => history.get(id).outcome), { timeout: 8_000 })
      .toEqual(["delivered", "delivered"]);
    expect(ids.map((id) => history.get(id).attempts.length)).toEqual([1, 1]);
  });
});

describe("deliveries that the app is not to see", () => {
  it("are answered as --respond says, and captured", async () => {
    const { port, deliveries } = await listening(null, { destination: { respond: emptyAnswer(503) } });
    expect(await exchange(port, post)).toBe(
      "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    );
    expect((await deliveries(1))[0]).toMatchObject({ outcome: "captured", attempts: [], event: "call.ended" });
  });

  it("are answered 401 without a valid signature when one is required, and say nothing of the right one", async () => {
    const app = await rawApp();
    const { port, deliveries } = await listening(app.port, { secrets: [secret], requireSignature: true });
    const wrong = post.replace("Connection", `X-Telepath-Signature: sha256=${"0".repeat(64)}\r\nConnection`);
    for (const [request, verdict] of [
      [post, "missing"],
      [wrong, "invalid"],
    ] as const) {
      const answer = await exchange(port, request);
      expect(statusOf(answer)).toBe(401);
      expect(answer).toContain(`(signature-${verdict})`);
      expect(answer.match(/[0-9a-f]{64}/)).toBeNull();
      expect(answer).not.toContain(secret.reveal());
    }
    expect(app.connections).toBe(0);
    expect((await deliveries(2)).map(({ outcome, signature }) => [outcome, signature.verdict])).toEqual([
      ["captured", "missing"],
      ["captured", "invalid"],
    ]);
  });
});

describe("an invalid signature", () => {
  const wrong = post.replace("Connection", `X-Telepath-Signature: sha256=${"0".repeat(64)}\r\nConnection`);
  const diagnosis = {
    code: "wrong-secret",
    proven: false,
    steps: [],
    summary: "s",
    advice: "a",
    firstDifference: null,
  };

  it("is explained after the answer, in the event and on record", async () => {
    const app = await rawApp();
    const { port, deliveries, history } = await listening(
      app.port,
      { secrets: [secret] },
      { diagnose: () => diagnosis },
    );
    expect(statusOf(await exchange(port, wrong))).toBe(200);
    const [delivery] = await deliveries(1);
    expect(delivery?.signature).toEqual({ verdict: "invalid", secret: null, diagnosis });
    expect(history.get(delivery!.id).signature).toEqual({ verdict: "invalid", secret: null, diagnosis });
  });

  it("is still a delivery when the explanation breaks", async () => {
    const diagnose = (): never => {
      throw new Error("a bug");
    };
    const listen = await listening(null, { secrets: [secret] }, { diagnose });
    await exchange(listen.port, wrong);
    expect((await listen.deliveries(1))[0]?.signature).toMatchObject({ verdict: "invalid", diagnosis: null });
    expect(await listen.event("notice")).toMatchObject({ code: "BUG" });
  });
});

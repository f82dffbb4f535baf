import { describe, expect, it, onTestFinished } from "vitest";
import type { Answer } from "../../src/listen/answer.ts";
import { Receiver, type Received } from "../../src/listen/receiver.ts";
import { receiverLimits, type ReceiverLimits } from "../../src/listen/receiver-limits.ts";
import { UnderWay } from "../../src/listen/under-way.ts";
import { emptyAnswer } from "./listening.ts";
import { exchange, rawSocket, statusOf, type RawSocket } from "./raw-socket.ts";

const good = "POST /good HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

/** A receiver with limits of a test's own; its answers come when the test says so. */
async function receiverWith(limits: Partial<ReceiverLimits>, maxBodyBytes = 1000) {
  const received: Received[] = [];
  const codes: string[] = [];
  const due: (() => void)[] = [];
  const state = { isQuick: true, answer: emptyAnswer(200) };
  const handle = (one: Received): Promise<Answer> => {
    received.push(one);
    const { answer } = state;
    return state.isQuick ? Promise.resolve(answer) : new Promise((resolve) => due.push(() => resolve(answer)));
  };
  const receiver = await Receiver.start(
    { port: 0, name: "test", maxBodyBytes, silenceMs: 60_000, limits: { ...receiverLimits, ...limits } },
    { handle, notify: (code) => codes.push(code), work: new UnderWay() },
  );
  onTestFinished(() => {
    void receiver.stop();
    void receiver.destroy();
  });
  const release = (): void => {
    state.isQuick = true;
    for (const answer of due.splice(0)) answer();
  };
  return { port: receiver.port, received, codes, state, release };
}

/** Goes on writing one byte every few milliseconds until the other side has had enough. */
function dribble({ socket }: RawSocket, byte: string): void {
  const timer = setInterval(() => void (socket.destroyed ? clearInterval(timer) : socket.write(byte)), 20);
  onTestFinished(() => clearInterval(timer));
}

describe("senders that take their time", () => {
  it("are cut while their head does not end, and hold nobody up", async () => {
    const { port, received, codes } = await receiverWith({ headMs: 400, lookMs: 50 });
    const slow = await Promise.all(Array.from({ length: 200 }, () => rawSocket(port)));
    for (const one of slow) {
      one.write("POST / HTTP/1.1\r\nHost: a\r\nX: ");
      dribble(one, "x");
    }
    expect(statusOf(await exchange(port, good))).toBe(200);
    const answers = await Promise.all(slow.map((one) => one.end()));
    expect(new Set(answers.map((answer) => statusOf(answer)))).toEqual(new Set([408]));
    expect(received).toHaveLength(1);
    expect(codes).toContain("REQUEST_TIMEOUT");
  });

  it("are cut while their body does not end, and what came of it counts as incomplete", async () => {
    const { port, received } = await receiverWith({ headMs: 400, requestMs: 400, lookMs: 50 });
    const slow = await rawSocket(port);
    slow.write("POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\n");
    dribble(slow, "x");
    expect(statusOf(await slow.end())).toBe(408);
    await expect.poll(() => received.length).toBe(1);
    expect(received[0]).toMatchObject({ target: "/slow", bodyState: "incomplete" });
    expect(statusOf(await exchange(port, good))).toBe(200);
  });
});

describe("senders that are too many", () => {
  it("are answered 503 beyond the requests that may be under way, and are welcome again after that", async () => {
    const { port, state, release, received } = await receiverWith({ inFlight: 3 });
    state.isQuick = false;
    const waiting = Array.from({ length: 3 }, () => exchange(port, good));
    await expect.poll(() => received.length).toBe(3);
    const refused = await exchange(port, good);
    expect([statusOf(refused), refused.includes("\r\nRetry-After: 5\r\n")]).toEqual([503, true]);
    release();
    expect((await Promise.all(waiting)).map((answer) => statusOf(answer))).toEqual([200, 200, 200]);
    expect(statusOf(await exchange(port, good))).toBe(200);
    expect(received).toHaveLength(4);
  });

  it("are answered 503 in its turn beyond those that may wait on one connection, which ends with it", async () => {
    const { port, state, release, received } = await receiverWith({ perConnection: 2 });
    state.isQuick = false;
    const connection = await rawSocket(port);
    connection.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n".repeat(500));
    await expect.poll(() => received.length).toBe(2);
    release();
    const statuses = (await connection.end()).match(/(?<=HTTP\/1\.1 )\d{3}/g);
    expect(statuses?.slice(0, 3)).toEqual(["200", "200", "503"]);
    expect(received).toHaveLength(2);
  });

  it("are closed unread beyond the connections that may be open, and told of", async () => {
    const { port, codes } = await receiverWith({ connections: 2 });
    const [first, second] = [await rawSocket(port), await rawSocket(port)];
    expect(await exchange(port, good).catch(() => "closed")).not.toContain("200");
    expect(codes).toContain("OVERLOADED");
    first.write(good);
    expect(statusOf(await first.end())).toBe(200);
    second.write(good);
    expect(statusOf(await second.end())).toBe(200);
  });

  it("are answered 503 when their bodies together are too large, which frees the room", async () => {
    const { port, state, release, received, codes } = await receiverWith({ bodyBytes: () => 1500 }, 1000);
    const large = `POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 1000\r\n\r\n${"x".repeat(1000)}`;
    state.isQuick = false;
    const first = exchange(port, large);
    await expect.poll(() => received.length).toBe(1);
    expect(statusOf(await exchange(port, large))).toBe(503);
    expect(codes).toContain("OVERLOADED");
    release();
    expect(statusOf(await first)).toBe(200);
    expect(statusOf(await exchange(port, large))).toBe(200);
  });
});

describe("senders that do not read their answers", () => {
  it("are cut off, the oldest first, when those are too large together, and the others get theirs whole", async () => {
    const size = 24 * 1024 ** 2; // more than the system keeps for a connection
    const { port, state, received, codes } = await receiverWith({ answerBytes: 2.5 * size });
    state.answer = { ...emptyAnswer(200), body: new Uint8Array(size) };
    const [first, second] = [await rawSocket(port), await rawSocket(port)];
    for (const [at, one] of [first, second].entries()) {
      one.socket.pause();
      one.write(good);
      await expect.poll(() => received.length).toBe(at + 1);
    }
    expect(codes).toEqual([]);
    expect((await exchange(port, good)).length).toBeGreaterThan(size);
    expect(codes).toEqual(["OVERLOADED"]);
    first.socket.resume();
    second.socket.resume();
    expect((await first.end()).length).toBeLessThan(size);
    expect((await second.end()).length).toBeGreaterThan(size);
    expect((await exchange(port, good)).length).toBeGreaterThan(size);
    expect(codes).toEqual(["OVERLOADED"]);
  });

  it("count no more once they are gone, those included that had several to come", async () => {
    const size = 2 ** 20;
    const { port, state, release, received, codes } = await receiverWith({ answerBytes: 2 * size });
    state.answer = { ...emptyAnswer(200), body: new Uint8Array(size) };
    state.isQuick = false;
    const gone = await rawSocket(port);
    gone.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n".repeat(4));
    await expect.poll(() => received.length).toBe(4);
    gone.socket.resetAndDestroy();
    const other = exchange(port, good); // by then the end of the first has been seen
    await expect.poll(() => received.length).toBe(5);
    release();
    expect((await other).length).toBeGreaterThan(size);
    expect((await exchange(port, good)).length).toBeGreaterThan(size);
    expect(codes).toEqual([]);
  });
});

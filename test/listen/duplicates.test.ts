import { describe, expect, it } from "vitest";
import { createDuplicates } from "../../src/listen/duplicates.ts";
import { madeDelivery } from "../cli/recorded.ts";
import { listening } from "./listening.ts";
import { rawApp, says } from "./raw-app.ts";
import { exchange } from "./raw-socket.ts";

const event = (ended: string) => `{"event":"call.ended","call_id":"call_1","ended":"${ended}"}`;
const post = (body: string) =>
  `POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

describe("a delivery that says the same as an earlier one", () => {
  it("is told with the earlier one's id, and whether that was delivered", async () => {
    const answers = ["500 Oh", "200 OK", "200 OK", "200 OK"];
    const app = await rawApp((socket) => says(`HTTP/1.1 ${answers.shift()}\r\nContent-Length: 0\r\n\r\n`)(socket));
    const session = await listening(app.port);
    for (const body of ["a", "a", "a", "b"]) await exchange(session.port, post(event(body)));
    await session.deliveries(4);

    const told = session.events.flatMap((each) => (each.type === "delivery" ? [each.duplicateOf] : []));
    const [first] = await session.deliveries(4);
    const earlier = { id: first!.id, createdAt: first!.createdAt };
    expect(told).toEqual([null, { ...earlier, delivered: false }, { ...earlier, delivered: true }, null]);
  });

  it("is only one that names an event and a call, and came whole", () => {
    const duplicateOf = createDuplicates(1);
    for (const changes of [{ event: null }, { callId: null }, { bodyState: "incomplete" as const }]) {
      expect(duplicateOf(madeDelivery(changes))).toBeNull();
      expect(duplicateOf(madeDelivery(changes))).toBeNull();
    }
  });

  it("is known by its body where a signature cannot stand for that: it is not valid, or there are several secrets", () => {
    const signed = (signature: string, verdict: "valid" | "invalid", body = "same") =>
      madeDelivery({
        body: Buffer.from(body),
        headers: [["X-Telepath-Signature", signature]],
        signature: { verdict, secret: null, diagnosis: null },
      });
    const ofOne = createDuplicates(1);
    expect([signed("a", "valid"), signed("b", "valid", "other"), signed("a", "valid")].map(ofOne)).toEqual([
      null,
      null,
      expect.anything(),
    ]);
    expect([signed("c", "invalid"), signed("d", "invalid"), signed("c", "invalid", "other")].map(ofOne)).toEqual([
      null,
      expect.anything(),
      null,
    ]);
    const ofTwo = createDuplicates(2);
    expect([signed("a", "valid"), signed("b", "valid"), signed("a", "valid", "other")].map(ofTwo)).toEqual([
      null,
      expect.anything(),
      null,
    ]);
  });

  it("is known after ten thousand others, and no longer after twenty", () => {
    const duplicateOf = createDuplicates(1);
    const numbered = (n: number) => madeDelivery({ id: String(n), body: Buffer.from(String(n)) });
    for (let n = 0; n <= 10_000; n += 1) duplicateOf(numbered(n));
    expect(duplicateOf(numbered(0))).toMatchObject({ id: "0" });
    for (let n = 10_001; n <= 20_001; n += 1) duplicateOf(numbered(n));
    expect(duplicateOf(numbered(1))).toBeNull();
    expect(duplicateOf(numbered(0))).toMatchObject({ id: "0" });
  });
});

describe("an answer that takes long", () => {
  it("is told of once while it is awaited, and a quick one is not", async () => {
    const held: (() => void)[] = [];
    const app = await rawApp((socket, request) => {
      const answer = (): void => says("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")(socket);
      if (request.body.includes("slow")) held.push(answer);
      else answer();
    });
    const session = await listening(app.port);
    const slow = exchange(session.port, post(event("slow")));
    await app.received(1);
    await exchange(session.port, post(event("quick")));
    const pending = await session.event("pending");
    expect(pending.delivery).toMatchObject({ outcome: "pending", event: "call.ended", attempts: [] });

    held[0]!();
    await slow;
    const settled = await session.deliveries(2);
    expect(settled.at(-1)!.id).toBe(pending.delivery.id);
    expect(session.events.map(({ type }) => type)).toEqual(["ready", "delivery", "pending", "delivery"]);
  });
});

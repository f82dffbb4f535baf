import { describe, expect, it, onTestFinished } from "vitest";
import { deliver, type Draft, type Recorder } from "../../src/delivery/deliver.ts";
import { parseExpectation } from "../../src/delivery/expectation.ts";
import type { Terms } from "../../src/delivery/deliver.ts";
import { createTransport } from "../../src/delivery/undici.ts";
import { answer, closedPort, rawServer } from "./raw-server.ts";

function draft(origin: string, changes: Partial<Draft> = {}): Draft {
  return {
    origin,
    host: new URL(origin).host,
    source: "send",
    method: "POST",
    target: "/hooks",
    headers: [["X-Telepath-Signature", "sha256=00"]],
    body: Buffer.from("{}"),
    event: "call.ended",
    callId: "call_1",
    signature: { verdict: "valid", secret: "test", diagnosis: null },
    replayOf: null,
    ...changes,
  };
}

function terms(changes: Partial<Terms> = {}): Terms {
  const transport = createTransport({ connections: 2 });
  onTestFinished(() => transport.close());
  return { transport, history: null, expects: parseExpectation("2xx"), timeoutMs: 5000, now: () => 1000, ...changes };
}

/** Keeps what a history would be told. */
function recorder(): Recorder & { told: unknown[] } {
  const told: unknown[] = [];
  return {
    told,
    record: (delivery) => Promise.resolve((told.push(delivery), "ID")),
    update: (id, changes) => Promise.resolve(void told.push([id, changes])),
  };
}

describe("a delivery", () => {
  it("that cannot be sent is neither recorded nor sent", async () => {
    const history = recorder();
    await expect(deliver(draft("http://localhost:1", { target: "x" }), terms({ history }))).rejects.toMatchObject({
      code: "INVALID_REQUEST",
    });
    expect(history.told).toEqual([]);
  });

  it("that is refused is on record as failed, with the reason", async () => {
    const history = recorder();
    const origin = `http://127.0.0.1:${await closedPort()}`;
    const delivery = await deliver(draft(origin), terms({ history }));
    expect(delivery).toMatchObject({ id: "ID", outcome: "failed", attempts: [{ number: 1, failure: "refused" }] });
    expect(history.told).toMatchObject([
      { outcome: "pending", createdAt: 1000, bodyState: "whole" },
      ["ID", { outcome: "failed", attempt: { number: 1, failure: "refused", url: `${origin}/hooks` } }],
    ]);
  });

  it("is on record before it is sent, with the head that goes over the wire", async () => {
    const history = recorder();
    const server = await rawServer((socket) => {
      expect(history.told).toHaveLength(1);
      socket.write(answer("200 OK", "fine"));
    });
    const delivery = await deliver(draft(server.origin), terms({ history }));
    const headers = [
      ["Host", `127.0.0.1:${server.port}`],
      ["X-Telepath-Signature", "sha256=00"],
      ["Content-Length", "2"],
    ];
    expect(delivery).toMatchObject({ outcome: "delivered", headers });
    expect(history.told[0]).toMatchObject({ headers });
    expect(history.told[0]).not.toHaveProperty("origin");
    const head = headers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
    expect(server.received().toString()).toBe(`POST /hooks HTTP/1.1\r\n${head}\r\n{}`);
  });

  it("is delivered when the status is among those expected, and has no id without a history", async () => {
    const server = await rawServer((socket) => socket.write(answer("401 Unauthorized")));
    expect(await deliver(draft(server.origin), terms())).toMatchObject({ id: "", outcome: "failed" });
    const expecting = terms({ expects: parseExpectation("401") });
    expect(await deliver(draft(server.origin), expecting)).toMatchObject({ outcome: "delivered" });
  });
});

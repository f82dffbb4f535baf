import { once } from "node:events";
import { createServer } from "node:http";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  assertAccepted,
  assertKeepsContract,
  assertRefused,
  matchers,
  startReceiver,
  startTelepath,
  type Telepath,
  type TelepathOptions,
  type TestApp,
} from "../../src/testing.ts";
import { defects } from "../check/defects.ts";
import { receiver, secret } from "../check/receiver.ts";

expect.extend(matchers);

async function telepathFor(to: TestApp, options: Partial<TelepathOptions> = {}): Promise<Telepath> {
  const telepath = await startTelepath({ to, secret, ...options });
  onTestFinished(() => telepath.close());
  return telepath;
}

async function testReceiver() {
  const started = await startReceiver({ secret });
  onTestFinished(() => started.close());
  return started;
}

describe("startTelepath, when something is wrong", () => {
  it("says what to do about a missing secret", async () => {
    await expect(startTelepath({ to: "http://127.0.0.1:1" })).rejects.toMatchObject({
      code: "NO_SECRET",
      hint: expect.stringContaining("TELEPATH_WEBHOOK_SECRET") as string,
    });
  });

  it.each([null, 3, {}, { post: 1 }])("refuses %j for an app", async (to) => {
    await expect(startTelepath({ to: to as never, secret })).rejects.toMatchObject({ code: "INVALID_APP" });
  });

  it("gives what an app does not answer as a value, and its assertion says so", async () => {
    const telepath = await telepathFor(createServer((_, response) => response.destroy()));
    const delivered = await telepath.send("call.ended");
    expect(delivered).toMatchObject({
      ok: false,
      status: null,
      failure: expect.stringMatching(/connection/) as string,
    });
    expect(() => assertAccepted(delivered)).toThrow(
      "expected call.ended to be accepted with 2xx, but there was no answer",
    );
    expect(() => assertRefused(delivered)).toThrow("to be refused with 4xx");
  });

  it("answers 500 for a fetch handler that throws", async () => {
    const telepath = await telepathFor({ fetch: () => Promise.reject(new Error("boom")) });
    expect(await telepath.send("call.ended")).toMatchObject({ status: 500, body: "Error: boom" });
  });

  it("knows no case that there is none of", async () => {
    const telepath = await telepathFor({ fetch: () => new Response("ok") });
    await expect(telepath.check({ cases: ["url/nothing"] })).rejects.toMatchObject({ code: "UNKNOWN_CASE" });
    await expect(telepath.check({ groups: ["signatures" as never] })).rejects.toMatchObject({ code: "UNKNOWN_CASE" });
  });
});

describe("a test's Telepath", () => {
  it("sends events that a right receiver takes, and forged ones that it refuses", async () => {
    const app = await testReceiver();
    const telepath = await telepathFor(app.url);
    const sent = await telepath.send("call.ended", { duration_seconds: 12, metrics: { ai_latency_ms: 900 } });
    expect(sent).toBeAccepted();
    expect(sent).toMatchObject({ event: "call.ended", ok: true, status: 200, body: "ok\n", failure: null });
    const [received] = await app.received("call.ended");
    expect(received!.payload).toEqual(sent.payload);
    expect(received!.event).toMatchObject({ duration_seconds: 12, metrics: { ai_latency_ms: 900 } });

    expect(await telepath.send("call.ended", {}, { tamper: "body" })).toBeRefused();
    expect(await telepath.post("not json")).toBeRefused();
    expect(await telepath.post(sent.payload)).toBeAccepted();
    expect(app.events).toHaveLength(1);
  });

  it("plays whole calls, in either edition", async () => {
    const app = await testReceiver();
    const telepath = await telepathFor(app.url, { revision: "2026-03" });
    const delivered = await telepath.call("completed-call", { callId: "call_mine" });
    for (const each of delivered) assertAccepted(each);
    expect(delivered.map(({ event }) => event)).toEqual([
      "call.started",
      "agent.connected",
      "agent.disconnected",
      "call.ended",
    ]);
    const [ended] = await app.received("call.ended");
    expect(ended!.event).toMatchObject({ call_id: "call_mine", disconnect_reason: "normal_disconnect" });
  });

  it("checks the contract, and names what is broken", async () => {
    const right = await telepathFor((await receiver()).url);
    const kept = await right.check({ slowMs: 60_000 });
    expect(kept).toKeepContract();
    assertKeepsContract(kept);

    const defect = defects.find(({ name }) => name.startsWith("answers 200 to GET"))!;
    const wrong = await telepathFor((await receiver(defect.step())).url);
    const broken = await wrong.check({ groups: ["http"], slowMs: 60_000 });
    expect(() => assertKeepsContract(broken)).toThrow(/http\/get: expected an answer that is not 2xx.*got 200/);
    expect(() => expect(broken).toKeepContract()).toThrow("answer 405 to everything but POST");
    expect((await wrong.check({ cases: ["http/head"] })).cases).toMatchObject([{ id: "http/head", verdict: "pass" }]);
  });

  it("reaches servers, listeners, fetch and route handlers alike, at the path given", async () => {
    const seen: string[] = [];
    const answer = (request: Request) => {
      seen.push(`${request.method} ${new URL(request.url).pathname} ${request.headers.get("x-extra")}`);
      return new Response("ok", { status: 202, headers: { "x-own": "1" } });
    };
    const listener = createServer((request, response) => {
      seen.push(`${request.method} ${request.url} ${String(request.headers["x-extra"])}`);
      response.writeHead(202, { "x-own": "1" }).end("ok");
    });
    for (const to of [{ fetch: answer }, { POST: answer }, listener]) {
      const telepath = await telepathFor(to, { path: "/hooks", headers: { "X-Extra": "yes" } });
      expect(telepath.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/hooks$/);
      expect(await telepath.send("call.started")).toMatchObject({ status: 202, headers: { "x-own": "1" } });
    }
    expect(seen).toEqual(Array(3).fill("POST /hooks yes"));
  });

  it("leaves a server that was running as it was", async () => {
    const app = await testReceiver();
    const telepath = await startTelepath({ to: app.url, secret });
    await telepath.close();
    const another = await telepathFor(app.url);
    expect(await another.send("call.ended")).toBeAccepted();
  });
});

describe("a Telepath that is closed", () => {
  it("ends what an app that hangs keeps waiting, and may be closed again", async () => {
    const app = createServer();
    const telepath = await telepathFor(app, { timeoutMs: 60_000 });
    const sending = telepath.send("call.ended");
    await once(app, "request");
    await Promise.all([telepath.close(), telepath.close()]);
    expect(await sending).toMatchObject({ ok: false, status: null });
    await telepath.close();
  });

  it("takes no check and no call that was broken off for one that went well", async () => {
    const telepath = await telepathFor((await testReceiver()).url);
    await telepath.close();
    await expect(telepath.check()).rejects.toMatchObject({ code: "CLOSED" });
    await expect(telepath.call("no-answer")).rejects.toMatchObject({ code: "CLOSED" });
    expect(await telepath.send("call.ended")).toMatchObject({ ok: false, status: null });
  });
});

describe("startReceiver", () => {
  it("answers 413 to a body that is too large", async () => {
    const telepath = await telepathFor((await testReceiver()).url);
    expect(await telepath.post(Buffer.alloc(11 * 1024 ** 2))).toMatchObject({ status: 413, body: "too large\n" });
  });

  it("waits for what is yet to come, and says what came instead when it does not", async () => {
    const app = await testReceiver();
    const telepath = await telepathFor(app.url);
    const waiting = app.received("call.ended", { count: 2 });
    for (let nth = 0; nth < 2; nth += 1) await telepath.send("call.ended");
    expect(await waiting).toHaveLength(2);
    await expect(app.received("call.started", { timeoutMs: 1 })).rejects.toMatchObject({
      message: "1 call.started did not come within 0.001 s",
      hint: "came: call.ended, call.ended",
    });
  });

  it("keeps the whole contract itself", async () => {
    const telepath = await telepathFor((await testReceiver()).url);
    assertKeepsContract(await telepath.check({ slowMs: 60_000 }));
  });
});

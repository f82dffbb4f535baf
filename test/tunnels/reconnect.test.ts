import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ngrokTunnels, type NgrokOptions } from "../../src/tunnels/ngrok.ts";
import type { Tunnel, TunnelState } from "../../src/tunnels/provider.ts";
import { startEdge, type Edge } from "../support/ngrok-edge/edge.ts";
import { tokenRevoked } from "../support/ngrok-edge/refusals.ts";
import { silence } from "../support/ngrok-edge/rpc.ts";
import { configFile, requestPublic } from "../support/ngrok-edge/user.ts";
import { Upstream } from "./upstream.ts";

const token = "2SecretTokenOfATest_4nq9771bPxe8ctg7";
const domain = "hooks.example.com";

let edge: Edge;
let upstream: Upstream;
let home: string;
let states: TunnelState[];
let tunnel: Tunnel | undefined;

beforeEach(async () => {
  [edge, home] = await Promise.all([startEdge(), mkdtemp(join(tmpdir(), "ngrok-reconnect-"))]);
  upstream = new Upstream();
  await upstream.up();
  states = [];
});
afterEach(async () => {
  await tunnel?.close();
  await Promise.all([edge.close(), upstream.close()]);
  await rm(home, { recursive: true });
  expect(JSON.stringify(states)).not.toContain(token);
});

/** `comeBack`: how long the SDK may try by itself. */
async function open(comeBack: number, withDomain = true, change: Partial<NgrokOptions> = {}): Promise<Tunnel> {
  const provider = ngrokTunnels({
    env: {},
    home,
    platform: "linux",
    version: "0.0.1",
    configPath: await configFile(edge, home, token),
    heartbeatSeconds: 1,
    answerWithin: 300,
    ...change,
    patience: { look: 20, comeBack, retry: { first: 40, longest: 40 }, knock: 200, ...change.patience },
  });
  const request = { upstream: upstream.url, allowCidrs: [], onState: (state: TunnelState) => void states.push(state) };
  tunnel = await provider.open(withDomain ? { ...request, domain } : request);
  return tunnel;
}

function names(): string[] {
  return states.map(({ state }) => state);
}

async function becomes(...expected: string[]): Promise<void> {
  await expect.poll(names, { timeout: 8_000, interval: 10 }).toEqual(expected);
}

describe("a tunnel whose connection breaks", () => {
  it.each([
    ["is cut", () => edge.dropSessions()],
    ["is sent elsewhere by the edge", () => edge.goAway()],
  ])("when it %s, comes back under the same name and works", async (_case, cut) => {
    const { url } = await open(6_000, false);
    cut();
    await becomes("online", "reconnecting", "online");
    expect(states).toMatchObject([
      { url },
      { url, reason: expect.stringContaining("broke off") },
      { url, reason: null },
    ]);
    expect((await requestPublic(edge, url, { method: "POST", body: Buffer.from("back") })).body.toString()).toBe(
      "back",
    );
  });

  it("is not called online before the edge has bound the endpoint again", async () => {
    await open(60_000);
    edge.onBind = () => silence;
    edge.dropSessions();
    await edge.log.until("bind", 2);
    // Heartbeats are answered all the while.
    await edge.log.until("heartbeat", edge.log.of("heartbeat").length + 2);
    expect(names()).toEqual(["online", "reconnecting"]);
  });

  it("is replaced when the SDK does not bring it back in time, and its own retries end", async () => {
    const { url } = await open(200);
    await edge.down();
    await becomes("online", "reconnecting", "reconnecting");
    expect(states[2]?.reason).toContain("no connection to ngrok");
    await edge.up();
    await becomes("online", "reconnecting", "reconnecting", "online");
    expect(edge.log.of("auth").map(({ request }) => request.ClientId)).toEqual(["", ""]);
    // The old connection's third try was to come 2.55 s after the first.
    await edge.log.until("heartbeat", edge.log.of("heartbeat").length + 3);
    expect([edge.log.of("auth").length, states.length]).toEqual([2, 4]);
    expect((await requestPublic(edge, url)).status).toBe(200);
  });

  it("keeps its name over a replacement, though nobody asked for one", async () => {
    const { url } = await open(100, false);
    await edge.down();
    await becomes("online", "reconnecting", "reconnecting");
    await edge.up();
    await becomes("online", "reconnecting", "reconnecting", "online");
    expect(states[3]?.url).toBe(url);
  });

  it("is given up when the token is no longer good", async () => {
    await open(100);
    edge.onAuth = () => tokenRevoked(token);
    edge.dropSessions();
    await becomes("online", "reconnecting", "offline");
    expect(states[2]).toMatchObject({ url: null, reason: expect.stringContaining("ERR_NGROK_107") });
  });

  it("tries nothing more once it is closed", async () => {
    const first = await open(100);
    await edge.down();
    await becomes("online", "reconnecting", "reconnecting");
    await first.close();
    await edge.up();
    const attempts = edge.log.of("connected").length;
    await open(100);
    expect([edge.log.of("connected").length, states.at(-1)?.state]).toEqual([attempts + 1, "online"]);
  });
});

describe("a tunnel whose edge takes connections and says nothing", () => {
  it("is back soon after the edge speaks again, though the next try was to come much later", async () => {
    const { url } = await open(200, true, {
      connectWithin: 400,
      patience: { retry: { first: 30_000, longest: 30_000 }, settled: 0 },
    });
    edge.connections = "mute";
    edge.dropSessions();
    await becomes("online", "reconnecting", "reconnecting");
    expect(states[2]?.reason).toMatch(/did not answer within 0\.4 s/);
    await edge.log.until("dialled", edge.log.of("dialled").length + 2); // knocks, in vain
    edge.connections = "serve";
    const before = performance.now();
    await becomes("online", "reconnecting", "reconnecting", "online");
    expect(performance.now() - before).toBeLessThan(5_000);
    expect((await requestPublic(edge, url)).status).toBe(200);
  });

  it("is back soon after the edge speaks again, though a try hangs on a connection of before", async () => {
    const { url } = await open(200, true, {
      connectWithin: 30_000,
      patience: { retry: { first: 500, longest: 500 }, settled: 0, finish: 300 },
    });
    await edge.down();
    await becomes("online", "reconnecting", "reconnecting");
    edge.connections = "mute";
    await edge.up();
    await edge.log.until("dialled", edge.log.of("dialled").length + 6); // knocks in vain, and the try among them
    edge.connections = "serve";
    await becomes("online", "reconnecting", "reconnecting", "online");
    expect((await requestPublic(edge, url)).status).toBe(200);
  });
});

describe("a tunnel whose heartbeats are lost", () => {
  it("stays online as long as the edge answers anything else", async () => {
    const { url } = await open(60_000);
    edge.holdHeartbeats();
    await edge.log.until("ask", 2);
    expect(names()).toEqual(["online"]);
    expect((await requestPublic(edge, url)).status).toBe(200);
    expect(edge.log.of("connected").length).toBe(1);
  });

  it("is replaced when the edge reads no more, as soon as the edge has let go of the name", async () => {
    const { url } = await open(60_000);
    edge.stopReading();
    await becomes("online", "reconnecting", "reconnecting");
    expect(states.slice(1)).toMatchObject([
      { url, reason: "the provider does not answer", hint: null },
      { url, reason: expect.stringContaining("ERR_NGROK_334"), hint: expect.stringContaining("--domain") },
    ]);
    edge.dropGhosts();
    await becomes("online", "reconnecting", "reconnecting", "online");
    expect((await requestPublic(edge, url)).status).toBe(200);
  });

  it("is given up when the name is not let go", async () => {
    await open(60_000, true, { patience: { heldTries: 8 } });
    edge.stopReading();
    await becomes("online", "reconnecting", "reconnecting", "offline");
    expect(states.at(-1)).toMatchObject({ url: null, hint: expect.stringContaining("--domain") });
    expect(edge.log.of("bind").length).toBe(9);
  });
});

describe("a tunnel that is ended on purpose", () => {
  it("by the dashboard is offline, with the reason", async () => {
    await open(6_000);
    edge.stopTunnel(domain, "stopped by an administrator", "ERR_NGROK_9999");
    await becomes("online", "offline");
    const reason = "ngrok ended the endpoint: stopped by an administrator (ERR_NGROK_9999)";
    expect(states[1]).toMatchObject({ url: null, reason });
  });

  it("for what ngrok has a code for is offline, with the next step", async () => {
    await open(6_000);
    edge.stopTunnel(domain, "used up", "ERR_NGROK_727");
    await becomes("online", "offline");
    expect(states[1]).toMatchObject({
      reason: expect.stringContaining("727"),
      hint: expect.stringContaining("billing"),
    });
  });

  it("for another of the same name is tried for again", async () => {
    await open(6_000);
    edge.stopTunnel(domain, "taken over", "ERR_NGROK_334");
    await becomes("online", "reconnecting", "online");
  });

  it("with its whole agent is offline, and gives the name back", async () => {
    await open(6_000);
    edge.stopAgents();
    await becomes("online", "offline");
    await edge.log.until("unbind");
  });

  it("to be started anew from the dashboard takes leave, and is back", async () => {
    const { url } = await open(6_000);
    edge.restartAgents();
    await becomes("online", "reconnecting", "online");
    expect([edge.log.of("unbind").length, edge.log.of("auth").map(({ request }) => request.ClientId)]).toEqual([
      1,
      ["", ""],
    ]);
    expect((await requestPublic(edge, url)).status).toBe(200);
  });
});

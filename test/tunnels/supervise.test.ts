import { beforeEach, describe, expect, it } from "vitest";
import type { Tunnel } from "../../src/tunnels/provider.ts";
import type { LinkSignal } from "../../src/tunnels/supervisor/link.ts";
import { failing, World } from "./supervised.ts";

const missed: LinkSignal = { type: "beat", latencyMs: null };
const offline = { kind: "offline", reason: "nobody serves it" } as const;
const unknown = { kind: "unknown" } as const;
const reached = { kind: "reached", latencyMs: 40 } as const;
const hour = 3_600_000;

let world: World;
beforeEach(() => void (world = new World()));

/** Beats answered, one every five seconds. */
async function goodTime(milliseconds: number): Promise<void> {
  for (let passed = 0; passed < milliseconds; passed += 5_000) {
    world.link.post({ type: "beat", latencyMs: 30 });
    await world.clock.advance(5_000);
  }
}

/** A tunnel that was good for long enough: trouble before it no longer counts. */
async function settledTunnel(): Promise<Tunnel> {
  const tunnel = await world.open();
  await goodTime(10_000);
  return tunnel;
}

describe("a tunnel that cannot be opened", () => {
  it("is not tried for again when that would change nothing, or the user can see it for himself", async () => {
    for (const code of ["TUNNEL_TOKEN_REFUSED", "TUNNEL_UNREACHABLE", "TUNNEL_SDK_CRASHED", "TUNNEL_REFUSED"]) {
      world = new World();
      world.failures = failing(code);
      await expect(world.open()).rejects.toMatchObject({ code });
      expect([world.tries.length, world.states]).toEqual([1, []]);
    }
  });

  it.each(["TUNNEL_NAME_TAKEN", "TUNNEL_SESSION_LIMIT", "TUNNEL_ENDPOINT_LIMIT"])(
    "is tried for three times within three seconds when another holds the place (%s)",
    async (code) => {
      world.failures = failing(code);
      const opening = world.open();
      opening.catch(() => {});
      await world.clock.advance(3_000);
      await expect(opening).rejects.toMatchObject({ code });
      expect(world.tries.map(({ at }) => at)).toEqual([0, 1_000, 3_000]);
      expect(world.states).toMatchObject([{ state: "reconnecting", url: null, hint: expect.stringContaining(code) }]);
    },
  );

  it("is not begun when it is interrupted before", async () => {
    world.interruption.abort();
    await expect(world.open()).rejects.toThrow();
    expect(world.tries.length).toBe(0);
  });

  it("ends the opening when it is interrupted", async () => {
    world.failures = failing("TUNNEL_NAME_TAKEN");
    const opening = world.open();
    opening.catch(() => {});
    await world.clock.advance(500);
    world.interruption.abort();
    await expect(opening).rejects.toThrow();
    await world.clock.advance(hour);
    expect(world.tries.length).toBe(1);
  });
});

describe("a new link", () => {
  it("is online once a probe came through it, with the time that took", async () => {
    await world.open();
    expect(world.states).toEqual([
      { state: "online", url: "https://hooks.example.com", reason: null, hint: null, latencyMs: null },
    ]);
    expect(world.latencies).toEqual([40]);
  });

  it("is online as far as can be known when a probe finds out nothing", async () => {
    world.verdicts = unknown;
    await world.open();
    expect(world.names).toEqual(["online"]);
  });

  it("is not online while its own edge denies it, for a moment or for good", async () => {
    world.verdicts = [offline, offline, reached];
    const opening = world.open();
    await world.clock.advance(1_500);
    await opening;
    expect(world.names).toEqual(["reconnecting", "online"]);

    world = new World();
    world.verdicts = [offline, offline, offline, reached];
    const denied = world.open();
    await world.clock.advance(1_500);
    const tunnel = await denied;
    await world.clock.advance(1_000);
    expect([world.names, world.links.length, world.links[0]!.end]).toEqual([["reconnecting", "online"], 2, "closed"]);
    expect(tunnel.url).toBe("https://hooks.example.com");
  });

  it("whose visitors are turned away is kept, said to be so, and asked after every minute", async () => {
    world.verdicts = { kind: "refused", reason: "used up", hint: "pay" };
    await world.open();
    await goodTime(3 * 60_000);
    expect(world.states).toMatchObject([{ state: "reconnecting", reason: "used up", hint: "pay" }]);
    expect(world.probes).toBeLessThanOrEqual(4);
    world.verdicts = reached;
    await goodTime(65_000);
    expect([world.names, world.links.length]).toEqual([["reconnecting", "online"], 1]);
  });
});

describe("a link that works", () => {
  it("is kept for a day though no probe ever finds out anything, and costs 96 of them", async () => {
    world.verdicts = unknown;
    await world.open();
    await goodTime(24 * hour);
    expect([world.names, world.links.length]).toEqual([["online"], 1]);
    expect(world.probes).toBeGreaterThan(90);
    expect(world.probes).toBeLessThanOrEqual(97);
  });

  it("is kept when heartbeats are missed and the provider answers all the same, without a probe", async () => {
    await world.open();
    for (let beat = 0; beat < 20; beat += 1) {
      world.link.post(missed);
      await world.clock.advance(10_000);
    }
    expect([world.names, world.probes, world.link.asked]).toEqual([["online"], 1, 20]);
  });

  it("is kept when the provider answers nothing but a probe comes through", async () => {
    await world.open();
    world.link.doesAnswer = false;
    world.link.post(missed);
    await world.clock.advance(10_000);
    expect([world.names, world.probes]).toEqual([["online"], 2]);
  });

  it("is kept when one machine of the edge is behind", async () => {
    await world.open();
    world.verdicts = [offline, reached];
    await goodTime(16 * 60_000);
    expect([world.names, world.links.length]).toEqual([["online"], 1]);
  });

  it("is asked after when nothing is heard of its heartbeats at all", async () => {
    await world.open();
    await world.clock.advance(24_000);
    expect(world.link.asked).toBe(0);
    await world.clock.advance(4_000);
    expect(world.link.asked).toBe(1);
  });

  it("tells how long its heartbeats take", async () => {
    await world.open();
    await goodTime(10_000);
    expect(world.latencies).toEqual([40, 30, 30]);
  });
});

describe("a link that no longer works", () => {
  it("is replaced at once under its name when the provider is silent in every way", async () => {
    const tunnel = await settledTunnel();
    const [first] = world.links;
    first!.doesAnswer = false;
    world.verdicts = [unknown, reached];
    first!.post(missed);
    await world.clock.advance(0);
    expect(world.names).toEqual(["online", "reconnecting", "online"]);
    expect(world.states[1]).toMatchObject({ url: tunnel.url, reason: "the provider does not answer" });
    expect([first!.end, world.tries.at(-1)?.domain]).toEqual(["killed", "hooks.example.com"]);
  });

  it("is replaced when the edge says twice that nobody serves the name", async () => {
    await settledTunnel();
    world.verdicts = [offline, offline, reached];
    await goodTime(16 * 60_000);
    expect(world.names).toEqual(["online", "reconnecting", "online"]);
    expect(world.states[1]?.reason).toBe("nobody serves it");
  });

  it("is replaced when the machine slept and it did not outlive that, and kept when it did", async () => {
    await settledTunnel();
    world.clock.sleep(hour);
    await world.clock.advance(2_000);
    expect([world.names, world.probes]).toEqual([["online"], 2]);

    world.link.doesAnswer = false;
    world.verdicts = [unknown, reached];
    world.clock.sleep(hour);
    await world.clock.advance(2_000);
    expect(world.names).toEqual(["online", "reconnecting", "online"]);
    expect(world.states[1]?.reason).toContain("sleep");
  });

  it("is left to come back by itself when its connection breaks", async () => {
    await settledTunnel();
    world.link.doesAnswer = false;
    world.link.post({ type: "lost" });
    await world.clock.advance(300);
    world.link.post({ type: "lost" });
    world.link.doesAnswer = true;
    await world.clock.advance(300);
    expect([world.names, world.links.length, world.probes]).toEqual([["online", "reconnecting", "online"], 1, 2]);
  });

  it.each([
    ["has used up its quick tries", 3, 300],
    ["is slow to come back", 1, 4_000],
  ])("is replaced when it %s", async (_case, losses, within) => {
    await settledTunnel();
    world.link.doesAnswer = false;
    for (let loss = 0; loss < losses; loss += 1) world.link.post({ type: "lost" });
    await world.clock.advance(within);
    expect([world.names, world.links[0]!.end]).toEqual([["online", "reconnecting", "online"], "killed"]);
  });

  it("is replaced when it crashes, with leave taken when the provider asks for a new one", async () => {
    await settledTunnel();
    world.link.post({ type: "gone", error: failing("TUNNEL_SDK_CRASHED") });
    await world.clock.advance(0);
    expect([world.states[1]?.reason, world.links.length]).toEqual(["tunnel_sdk_crashed", 2]);
    await goodTime(10_000);
    world.link.post({ type: "restart" });
    await world.clock.advance(0);
    expect(world.links.map(({ end }) => end)).toEqual(["killed", "closed", null]);
    expect(world.names).toEqual(["online", "reconnecting", "online", "reconnecting", "online"]);
  });

  it("ends the tunnel when the provider ended it on purpose, unless that passes", async () => {
    await settledTunnel();
    world.link.post({ type: "ended", error: failing("TUNNEL_RATE_LIMIT") });
    await world.clock.advance(0);
    expect(world.names).toEqual(["online", "reconnecting", "online"]);
    world.link.post({ type: "ended", error: failing("TUNNEL_ENDED") });
    await world.clock.advance(hour);
    expect(world.states.at(-1)).toMatchObject({
      state: "offline",
      url: null,
      reason: "tunnel_ended",
      hint: expect.stringContaining("hint"),
    });
    expect([world.links.length, world.link.end]).toEqual([2, "closed"]);
  });
});

describe("an outage", () => {
  /** Opens, then breaks the link; the tries after that fail. */
  async function outage(code: string): Promise<number> {
    await settledTunnel();
    world.failures = failing(code);
    world.link.post({ type: "gone", error: failing("TUNNEL_SDK_CRASHED") });
    return world.clock.now();
  }

  it("is met by a try at once, then after a second, and so on doubling up to 30 seconds", async () => {
    const start = await outage("TUNNEL_UNREACHABLE");
    await world.clock.advance(3 * 60_000);
    const times = world.tries.slice(1).map(({ at }) => (at - start) / 1000);
    expect(times).toEqual([0, 1, 3, 7, 15, 31, 61, 91, 121, 151]);
    expect(world.names).toEqual(["online", "reconnecting", "reconnecting"]);
  });

  it("is over as soon as the edge is back, whatever the pause", async () => {
    await outage("TUNNEL_UNREACHABLE");
    await world.clock.advance(100_000);
    world.failures = [];
    world.edgeComesBack();
    await world.clock.advance(0);
    expect(world.states.at(-1)?.state).toBe("online");
  });

  it("is over when the edge comes back while a try hangs on a connection of before", async () => {
    const start = await outage("TUNNEL_UNREACHABLE");
    await world.clock.advance(2_500);
    world.isMute = true;
    await world.clock.advance(2_000);
    expect(world.tries.at(-1)!.at - start).toBe(3_000);
    Object.assign(world, { failures: [], isMute: false });
    world.edgeComesBack();
    await world.clock.advance(999);
    expect(world.states.at(-1)?.state).toBe("reconnecting");
    await world.clock.advance(1);
    expect([world.states.at(-1)?.state, world.links.length]).toEqual(["online", 2]);
  });

  it("is over when the edge comes back just before such a try fails", async () => {
    await outage("TUNNEL_UNREACHABLE");
    await world.clock.advance(2_500);
    world.isMute = true;
    await world.clock.advance(6_000);
    Object.assign(world, { failures: [failing("TUNNEL_UNREACHABLE")], isMute: false });
    world.edgeComesBack();
    await world.clock.advance(500);
    expect([world.states.at(-1)?.state, world.waits]).toEqual(["online", 1]);
  });

  it("lets a try that gets on end well when the edge comes back", async () => {
    await outage("TUNNEL_UNREACHABLE");
    await world.clock.advance(2_500);
    Object.assign(world, { failures: [], isMute: true });
    await world.clock.advance(5_700);
    const before = world.tries.length;
    world.edgeComesBack();
    await world.clock.advance(800);
    expect([world.tries.length, world.states.at(-1)?.state]).toEqual([before, "online"]);
  });

  it("makes no further one wait once a link was good for ten seconds; before that, the pauses go on growing", async () => {
    await outage("TUNNEL_UNREACHABLE");
    await world.clock.advance(7_000);
    world.failures = [];
    await world.clock.advance(8_000);
    const since = world.clock.now();
    world.link.post({ type: "gone", error: failing("TUNNEL_SDK_CRASHED") });
    await world.clock.advance(60_000);
    expect(world.tries.at(-1)!.at - since).toBe(16_000);
    const later = world.clock.now();
    world.link.post({ type: "gone", error: failing("TUNNEL_SDK_CRASHED") });
    await world.clock.advance(0);
    expect(world.tries.at(-1)!.at - later).toBe(0);
  });

  it("ends the tunnel at the first refusal that no try will change", async () => {
    await outage("TUNNEL_TOKEN_REFUSED");
    await world.clock.advance(hour);
    expect([world.names, world.tries.length]).toEqual([["online", "reconnecting", "offline"], 2]);
    expect(world.states.at(-1)?.hint).toContain("TUNNEL_TOKEN_REFUSED");
  });

  it("ends the tunnel when the name is held by another for three minutes, in which it is tried for every four seconds", async () => {
    const start = await outage("TUNNEL_NAME_TAKEN");
    await world.clock.advance(hour);
    expect(world.names).toEqual(["online", "reconnecting", "reconnecting", "offline"]);
    const times = world.tries.slice(1).map(({ at }) => (at - start) / 1000);
    expect(times.slice(0, 6)).toEqual([0, 1, 3, 7, 11, 15]);
    expect([times.length, times.at(-1)]).toEqual([48, 183]);
  });

  it("counts the tries for a held name anew after anything else went wrong, and waits the usual time for that", async () => {
    const start = await outage("TUNNEL_NAME_TAKEN");
    await world.clock.advance(100_000);
    world.failures = failing("TUNNEL_REFUSED");
    await world.clock.advance(120_000);
    world.failures = failing("TUNNEL_NAME_TAKEN");
    await world.clock.advance(120_000);
    expect(world.states.at(-1)?.state).toBe("reconnecting");
    const pauses = world.tries.slice(2).map(({ at }, index) => at - world.tries[index + 1]!.at);
    expect(Math.max(...pauses)).toBe(30_000);
    expect(world.tries.at(-1)!.at - start).toBeGreaterThan(300_000);
  });

  it("takes another name when nobody asked for the lost one", async () => {
    await world.open({ domain: undefined });
    world.failures = [failing("TUNNEL_DOMAIN_REFUSED")];
    world.link.post({ type: "gone", error: failing("TUNNEL_SDK_CRASHED") });
    await world.clock.advance(3_000);
    expect(world.tries.map(({ domain }) => domain)).toEqual([undefined, "chosen.example.com", undefined]);
    expect(world.states.at(-1)?.state).toBe("online");
  });

  it("is no longer anybody's business once the tunnel is closed", async () => {
    const tunnel = await world.open();
    world.failures = failing("TUNNEL_UNREACHABLE");
    world.link.post({ type: "gone", error: failing("TUNNEL_SDK_CRASHED") });
    await world.clock.advance(2_000);
    const [tries, states] = [world.tries.length, world.states.length];
    await Promise.all([tunnel.close(), tunnel.close()]);
    await world.clock.advance(hour);
    expect([world.tries.length, world.states.length]).toEqual([tries, states]);
  });
});

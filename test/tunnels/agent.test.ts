import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { ngrokTunnels } from "../../src/tunnels/ngrok.ts";
import type { Tunnel, TunnelState } from "../../src/tunnels/provider.ts";
import { startEdge, type Edge } from "../support/ngrok-edge/edge.ts";
import { configFile, requestPublic } from "../support/ngrok-edge/user.ts";
import { agentsOf, isRunning } from "./agents.ts";
import { Upstream } from "./upstream.ts";

const token = "2SecretTokenOfATest_4nq9771bPxe8ctg7";
const password = "a-Secret-Password";

async function opened(): Promise<{ edge: Edge; tunnel: Tunnel; states: TunnelState[]; upstream: Upstream }> {
  const [edge, home, upstream] = [await startEdge(), await mkdtemp(join(tmpdir(), "ngrok-agent-")), new Upstream()];
  await upstream.up();
  const states: TunnelState[] = [];
  const provider = ngrokTunnels({
    env: { SECRET_OF_THE_USER: "never-handed-on" },
    home,
    platform: "linux",
    version: "0.0.1",
    configPath: await configFile(edge, home, token),
  });
  const tunnel = await provider.open({
    upstream: upstream.url,
    basicAuth: `user:${password}`,
    allowCidrs: [],
    onState: (state) => states.push(state),
  });
  onTestFinished(async () => {
    await tunnel.close();
    await Promise.all([edge.close(), upstream.close(), rm(home, { recursive: true })]);
  });
  return { edge, tunnel, states, upstream };
}

describe.skipIf(process.platform !== "linux")("the process with ngrok's SDK", () => {
  it("has the secrets neither in its arguments nor in its environment, nor anything else of ours", async () => {
    await opened();
    const [pid] = agentsOf(process.pid);
    for (const name of ["cmdline", "environ"]) {
      const text = readFileSync(`/proc/${pid}/${name}`, "utf8");
      for (const secret of [token, password, "never-handed-on"]) expect(text).not.toContain(secret);
    }
  });

  it.each(["SIGABRT", "SIGSEGV", "SIGKILL"] as const)("is replaced when it ends by %s", async (signal) => {
    const { edge, tunnel, states } = await opened();
    const [pid] = agentsOf(process.pid);
    process.kill(pid!, signal);
    await expect
      .poll(() => states.map(({ state }) => state), { timeout: 15_000 })
      .toEqual(["online", "reconnecting", "online"]);
    expect(states[1]?.reason).toContain(`ended unexpectedly (${signal}`);
    const authorization = `Basic ${Buffer.from(`user:${password}`).toString("base64")}`;
    expect((await requestPublic(edge, tunnel.url, { headers: ["Authorization", authorization] })).status).toBe(200);
    expect(agentsOf(process.pid)).toHaveLength(1);
  });

  it("is gone when the tunnel is closed, even when it was stopped and cannot take leave", async () => {
    const { tunnel } = await opened();
    const [pid] = agentsOf(process.pid);
    process.kill(pid!, "SIGSTOP");
    const before = performance.now();
    await tunnel.close();
    expect(performance.now() - before).toBeLessThan(4_000); // two seconds, and a slow machine
    await expect.poll(() => isRunning(pid!)).toBe(false);
  });

  it("ignores Ctrl-C, which a terminal sends to both", async () => {
    const { edge, states } = await opened();
    const [pid] = agentsOf(process.pid);
    for (const signal of ["SIGINT", "SIGHUP", "SIGTERM"] as const) process.kill(pid!, signal);
    await edge.log.until("heartbeat", 2);
    expect([isRunning(pid!), states.length]).toEqual([true, 1]);
  });

  it("loads nothing of the command line", () => {
    const source = readFileSync(new URL("../../dist/bundle/ngrok-agent.js", import.meta.url), "utf8");
    expect(source.length).toBeLessThan(5_000);
  });
});

import { createHmac } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { freshFolder, jsonLines } from "../cli/run.ts";
import { startEdge, type Edge } from "../support/ngrok-edge/edge.ts";
import { tokenRevoked } from "../support/ngrok-edge/refusals.ts";
import { configFile, requestPublic } from "../support/ngrok-edge/user.ts";
import { agentsOf, isRunning } from "../tunnels/agents.ts";
import { startReceiver } from "./receiver.ts";
import { ready, start, type Tool } from "./tool.ts";

const secret = "end-to-end secret é";
const token = "2EndToEndToken_4nq9771bPxe8ctg7LKr";

interface Line {
  type: string;
  state: string;
  url: string | null;
  reason: string | null;
  hint: string | null;
}

/** The built tool behind an edge whose public side it can reach itself, over TLS, as on the internet. */
async function listenBehind(edge: Edge, argv: string[], env: Record<string, string> = {}): Promise<Tool> {
  edge.ownName = "localhost";
  const cwd = freshFolder();
  const config = await configFile(edge, cwd, token);
  const trusted = { TELEPATH_WEBHOOK_SECRET: secret, NODE_EXTRA_CA_CERTS: join(cwd, "edge.pem"), ...env };
  return start(["listen", ...argv, "--ngrok-config", config, "--json"], { cwd, env: trusted });
}

function signed(body: Buffer): string[] {
  return ["X-Telepath-Signature", `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`];
}

async function edgeForTest(): Promise<Edge> {
  const edge = await startEdge();
  onTestFinished(() => edge.close());
  return edge;
}

function tunnelLines(listen: Tool): Line[] {
  return jsonLines<Line>(listen.stdout()).filter(({ type }) => type === "tunnel");
}

/** Makes one request after the other until it is stopped, and knows which of them were acknowledged. */
function sender(edge: Edge, url: string) {
  const acknowledged: string[] = [];
  const stopping = new AbortController();
  const running = (async () => {
    for (let number = 0; !stopping.signal.aborted; number += 1) {
      const body = Buffer.from(`delivery ${number}`);
      const answer = await requestPublic(edge, url, { method: "POST", headers: signed(body), body }).catch(() => null);
      if (answer?.status === 200) acknowledged.push(body.toString());
      await pause(20);
    }
  })();
  const stop = async (): Promise<string[]> => {
    stopping.abort();
    await running;
    return acknowledged;
  };
  return { acknowledged, stop };
}

describe("the tunnel of the built tool", () => {
  it("outlives ten seconds without an edge: back within five, nothing lost or doubled, and says what is true", async () => {
    const edge = await edgeForTest();
    const app = await startReceiver(secret);
    const listen = await listenBehind(edge, ["--to", app.url]);
    const { publicUrl } = await ready(listen);
    const sending = sender(edge, publicUrl!);
    await expect.poll(() => sending.acknowledged.length, { timeout: 10_000 }).toBeGreaterThan(3);

    await edge.down();
    const before = sending.acknowledged.length;
    await pause(10_000);
    expect(sending.acknowledged.length).toBe(before);
    expect(tunnelLines(listen).at(-1)).toMatchObject({ state: "reconnecting", url: publicUrl });
    await edge.up();
    await expect.poll(() => sending.acknowledged.length, { timeout: 5_000 }).toBeGreaterThan(before);
    await listen.line((line) => line.includes('"state":"online"'));

    const acknowledged = await sending.stop();
    listen.child.kill("SIGINT");
    expect(await listen.ended).toBe(0);
    const bodies = app.received.map(({ body }) => body.toString());
    expect(new Set(bodies).size).toBe(bodies.length);
    expect(acknowledged.filter((body) => !bodies.includes(body))).toEqual([]);
    const lines = jsonLines<Line>(listen.stdout());
    expect(lines.filter(({ type }) => type === "delivery")).toHaveLength(bodies.length);
    expect(lines.at(-1)).toMatchObject({ type: "stopped", deliveries: bodies.length, failed: 0 });
    expect(tunnelLines(listen).map(({ state }) => state)).toEqual(
      expect.arrayContaining(["reconnecting", "reconnecting", "online"]),
    );
    expect(listen.stdout() + listen.stderr()).not.toContain(token);
  });

  it("is proven by a request through the public URL that is on no record and reaches no app", async () => {
    const edge = await edgeForTest();
    const app = await startReceiver(secret);
    const listen = await listenBehind(edge, ["--to", app.url]);
    const { publicUrl } = await ready(listen);
    await edge.log.until("visit");
    await expect.poll(() => edge.log.of("visit").map(({ status }) => status)).toEqual([204]);
    const forged = { headers: ["telepath-hooks-probe", "0".repeat(32), ...signed(Buffer.alloc(0))] };
    expect((await requestPublic(edge, publicUrl!, forged)).status).toBe(200);
    listen.child.kill("SIGINT");
    expect(await listen.ended).toBe(0);
    expect(app.received).toHaveLength(1);
    expect(jsonLines(listen.stdout()).at(-1)).toMatchObject({ type: "stopped", deliveries: 1 });
  });

  it("is not called online while ngrok turns every visitor away, and the reason has a next step", async () => {
    const edge = await edgeForTest();
    edge.turnsAway = "ERR_NGROK_727";
    const listen = await listenBehind(edge, ["--respond", "200"]);
    await ready(listen);
    expect(tunnelLines(listen)).toMatchObject([
      {
        state: "reconnecting",
        reason: expect.stringContaining("ERR_NGROK_727") as string,
        hint: expect.stringContaining("billing") as string,
      },
    ]);
  });

  it("ends for good when the token is revoked meanwhile, and the receiver goes on", async () => {
    const edge = await edgeForTest();
    const listen = await listenBehind(edge, ["--respond", "200"]);
    const { localUrl } = await ready(listen);
    edge.onAuth = () => tokenRevoked(token);
    edge.dropSessions();
    await listen.line((line) => line.includes('"state":"offline"'));
    expect(tunnelLines(listen).at(-1)).toMatchObject({
      url: null,
      reason: expect.stringContaining("ERR_NGROK_107") as string,
      hint: expect.stringContaining("authtoken") as string,
    });
    expect((await fetch(localUrl, { method: "POST", body: "still there" })).status).toBe(200);
    await expect.poll(() => listen.stderr()).toContain(`${localUrl} goes on receiving`);
    listen.child.kill("SIGINT");
    expect(await listen.ended).toBe(0);
    expect(jsonLines(listen.stdout()).at(-1)).toMatchObject({ type: "stopped", deliveries: 1 });
    expect(listen.stdout() + listen.stderr()).not.toContain(token);
  });

  it("asks the edge for everything that only the edge can do, and warns of what others can see", async () => {
    const edge = await edgeForTest();
    const policy = "on_http_request:\n  - actions: []\n";
    const file = join(freshFolder(), "policy.yml");
    writeFileSync(file, policy);
    const argv = ["--respond", "200", "--traffic-policy", file, "--allow-cidr", "127.0.0.0/8", "--authtoken", token];
    const listen = await listenBehind(edge, argv, { TELEPATH_HOOKS_BASIC_AUTH: "user:from-environment" });
    await ready(listen);
    expect(edge.log.of("bind")[0]?.request.Opts).toMatchObject({
      TrafficPolicy: policy,
      IPRestriction: { allow_cidrs: ["127.0.0.0/8"] },
      BasicAuth: { credentials: [{ username: "user", cleartext_password: "from-environment" }] },
    });
    await expect.poll(() => edge.log.of("visit").map(({ status }) => status)).toEqual([204]);
    expect(listen.stderr()).toContain("--authtoken can be seen by others on this machine; NGROK_AUTHTOKEN cannot");
    expect(listen.stderr()).not.toContain("--basic-auth can be seen");
  });
});

describe.skipIf(process.platform !== "linux")("the process with ngrok's SDK ends with the tool", () => {
  it.each<[string, (listen: Tool) => void, number | string]>([
    ["killed", (listen) => listen.child.kill("SIGKILL"), "SIGKILL"],
    ["interrupted", (listen) => listen.child.kill("SIGINT"), 0],
  ])("when that is %s", async (_case, end, code) => {
    const edge = await edgeForTest();
    const listen = await listenBehind(edge, ["--respond", "200"]);
    await ready(listen);
    const [agent] = agentsOf(listen.child.pid!);
    end(listen);
    expect(await listen.ended).toBe(code);
    await expect.poll(() => isRunning(agent!)).toBe(false);
    await edge.log.until("disconnected");
  });

  it("at the second Ctrl-C too, though neither the app nor the edge answers", async () => {
    const edge = await edgeForTest();
    const listen = await listenBehind(edge, ["--respond", "200"]);
    const { localUrl } = await ready(listen);
    const [agent] = agentsOf(listen.child.pid!);
    process.kill(agent!, "SIGSTOP"); // it cannot take leave
    listen.child.kill("SIGINT");
    const answers = (): Promise<boolean> => fetch(localUrl).then(Boolean, () => false);
    await expect.poll(answers, { interval: 5 }).toBe(false); // it is about to end
    listen.child.kill("SIGINT");
    expect(await listen.ended).toBe(130);
    await expect.poll(() => isRunning(agent!)).toBe(false);
  });
});

import { createHmac, randomBytes } from "node:crypto";
import { describe, expect, it, onTestFinished } from "vitest";
import { freshFolder, jsonLines } from "../cli/run.ts";
import { startEdge, type Edge } from "../support/ngrok-edge/edge.ts";
import { sessionLimit, tokenMalformed, tokenRevoked, tokenWanted } from "../support/ngrok-edge/refusals.ts";
import { silence } from "../support/ngrok-edge/rpc.ts";
import { configFile, requestPublic } from "../support/ngrok-edge/user.ts";
import { startReceiver } from "./receiver.ts";
import { ready, start, type Tool } from "./tool.ts";

const secret = "end-to-end secret é";
const token = "2EndToEndToken_4nq9771bPxe8ctg7LKr";
const env = { TELEPATH_WEBHOOK_SECRET: secret };

function signed(body: Uint8Array): string {
  return `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
}

async function edgeForTest(): Promise<Edge> {
  const edge = await startEdge();
  onTestFinished(() => edge.close());
  return edge;
}

async function listenThrough(
  edge: Edge,
  to: string,
  more: string[] = [],
  authtoken: string | null = token,
): Promise<Tool> {
  const cwd = freshFolder();
  const config = await configFile(edge, cwd, authtoken);
  const tunnel = ["--tunnel", "ngrok", "--ngrok-config", config, ...more];
  return start(["listen", "--to", to, ...tunnel, "--json"], { cwd, env });
}

function expectNoSecret(tool: Tool): void {
  for (const word of [token, secret]) expect(tool.stdout() + tool.stderr()).not.toContain(word);
}

describe("the built tool behind ngrok's SDK", () => {
  it("hands what the internet sends to an independent receiver, byte for byte, 100 at once", async () => {
    const edge = await edgeForTest();
    const app = await startReceiver(secret);
    const listen = await listenThrough(edge, app.url);
    const { publicUrl } = await ready(listen);
    const host = new URL(publicUrl!).host;

    const bodies = Array.from({ length: 100 }, (_, index) => randomBytes(1 + index * 47));
    const headersOf = (body: Buffer) =>
      [
        ["X-ZETA", "1"],
        ["X-Twice", "a"],
        ["x-tWICE", "b"],
        ["X-Telepath-Signature", signed(body)],
        ["X-Empty", ""],
      ].flat();
    const answers = await Promise.all(
      bodies.map((body) =>
        requestPublic(edge, `${publicUrl}/a/b?c=%20d`, { method: "POST", headers: headersOf(body), body }),
      ),
    );
    expect(new Set(answers.map(({ status, body }) => `${status} ${body.toString()}`))).toEqual(new Set(["200 thanks"]));
    expect(answers[0]!.rawHeaders).toContain("X-App");

    expect(app.received).toHaveLength(100);
    for (const body of bodies) {
      const received = app.received.find((one) => one.body.equals(body));
      expect(received).toMatchObject({ method: "POST", target: "/a/b?c=%20d", signatureMatches: true });
      const forwarded = ["X-Forwarded-For", "127.0.0.1", "X-Forwarded-Host", host, "X-Forwarded-Proto", "https"];
      const sent = ["Host", new URL(app.url).host, "Content-Length", String(body.length), ...headersOf(body)];
      const { rawHeaders } = received!;
      const own = rawHeaders.findIndex((part) => part.toLowerCase() === "connection");
      expect(own === -1 ? rawHeaders : rawHeaders.toSpliced(own, 2)).toEqual([
        ...sent,
        ...forwarded,
        "Via",
        expect.stringMatching(/^1\.1 telepath-hooks-\w+$/),
      ]);
    }
    expectNoSecret(listen);
  });

  it("carries a binary body of 5 MB unchanged, and gives the name back on Ctrl-C", async () => {
    const edge = await edgeForTest();
    const app = await startReceiver(secret);
    const listen = await listenThrough(edge, app.url, ["--domain", "hooks.example.com"]);
    expect((await ready(listen)).publicUrl).toBe("https://hooks.example.com");

    const body = randomBytes(5_000_000);
    const headers = ["X-Telepath-Signature", signed(body)];
    const url = "https://hooks.example.com/";
    expect((await requestPublic(edge, url, { method: "POST", headers, body })).status).toBe(200);
    expect(app.received[0]!.body.equals(body)).toBe(true);

    listen.child.kill("SIGINT");
    expect(await listen.ended).toBe(0);
    await edge.log.until("unbind");
    expect(edge.tunnels.size).toBe(0);
    expect(jsonLines(listen.stdout()).at(-1)).toEqual({ type: "stopped", deliveries: 1, failed: 0 });
    expectNoSecret(listen);
  });

  it("tells when the tunnel is lost and when it is back", async () => {
    const edge = await edgeForTest();
    const app = await startReceiver(secret);
    const listen = await listenThrough(edge, app.url);
    const { publicUrl } = await ready(listen);
    edge.dropSessions();
    await listen.line((line) => line.includes('"state":"reconnecting"'));
    await edge.log.until("bind", 2);
    const body = Buffer.from("{}");
    const headers = ["X-Telepath-Signature", signed(body)];
    expect((await requestPublic(edge, publicUrl!, { method: "POST", headers, body })).status).toBe(200);
    await expect
      .poll(() => jsonLines(listen.stdout()).flatMap(({ type, state }) => (type === "tunnel" ? [state] : [])), {
        timeout: 10_000,
      })
      .toEqual(["reconnecting", "online"]);
    expectNoSecret(listen);
  });

  it.each<[string, string, string | null, (edge: Edge) => unknown]>([
    ["no token anywhere", "TUNNEL_TOKEN_MISSING", null, () => {}],
    ["a malformed token", "TUNNEL_TOKEN_REFUSED", token, (edge) => (edge.onAuth = () => tokenMalformed(token))],
    ["a revoked token", "TUNNEL_TOKEN_REFUSED", token, (edge) => (edge.onAuth = () => tokenRevoked(token))],
    ["an unverified account", "TUNNEL_TOKEN_REFUSED", token, (edge) => (edge.onAuth = () => tokenWanted(token))],
    ["too many sessions", "TUNNEL_SESSION_LIMIT", token, (edge) => (edge.onAuth = () => sessionLimit())],
    ["a name that is taken", "TUNNEL_NAME_TAKEN", token, (edge) => edge.take("hooks.example.com")],
    ["an edge that is down", "TUNNEL_UNREACHABLE", token, (edge) => edge.down()],
    ["an edge that never answers", "TUNNEL_UNREACHABLE", token, (edge) => (edge.onAuth = () => silence)],
  ])("ends with exit code 2 and a clear error on %s", async (_case, code, authtoken, prepare) => {
    const edge = await edgeForTest();
    await prepare(edge);
    const before = Date.now();
    const listen = await listenThrough(edge, "http://127.0.0.1:1", ["--domain", "hooks.example.com"], authtoken);
    expect(await listen.ended).toBe(2);
    expect(Date.now() - before).toBeLessThan(15_000);
    const error = jsonLines<{ type: string; code: string; message: string; hint: string }>(listen.stdout()).at(-1)!;
    expect(error).toMatchObject({ type: "error", code });
    expect(listen.stderr()).toContain(error.message);
    expect(listen.stderr()).toContain(error.hint);
    expectNoSecret(listen);
  });
});

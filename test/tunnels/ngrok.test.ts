import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { TelepathError } from "../../src/model/errors.ts";
import { ngrokTunnels, type NgrokOptions } from "../../src/tunnels/ngrok.ts";
import type { Tunnel, TunnelRequest, TunnelState } from "../../src/tunnels/provider.ts";
import { startEdge, type Edge } from "../support/ngrok-edge/edge.ts";
import { refusal, sessionLimit, tokenMalformed, tokenRevoked, tokenWanted } from "../support/ngrok-edge/refusals.ts";
import { silence } from "../support/ngrok-edge/rpc.ts";
import { configFile, requestPublic } from "../support/ngrok-edge/user.ts";
import { Upstream } from "./upstream.ts";

const token = "2SecretTokenOfATest_4nq9771bPxe8ctg7";
const password = "a-Secret-Password";

let edge: Edge;
let upstream: Upstream;
let home: string;
let options: NgrokOptions;
let states: TunnelState[];
let opened: Tunnel[];

beforeEach(async () => {
  [edge, home] = await Promise.all([startEdge(), mkdtemp(join(tmpdir(), "ngrok-tunnel-"))]);
  upstream = new Upstream();
  await upstream.up();
  options = { env: {}, home, platform: "linux", version: "0.0.1", configPath: await configFile(edge, home, token) };
  states = [];
  opened = [];
});
afterEach(async () => {
  await Promise.all(opened.map((tunnel) => tunnel.close()));
  await Promise.all([edge.close(), upstream.close()]);
  await rm(home, { recursive: true });
});

async function open(request: Partial<TunnelRequest> = {}, change: Partial<NgrokOptions> = {}): Promise<Tunnel> {
  const onState = (state: TunnelState): void => void states.push(state);
  const provider = ngrokTunnels({ ...options, ...change });
  const tunnel = await provider.open({ upstream: upstream.url, allowCidrs: [], onState, ...request });
  opened.push(tunnel);
  return tunnel;
}

async function failure(opening: Promise<unknown>): Promise<TelepathError> {
  const error = await opening.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(TelepathError);
  const { code, message, hint, stack } = error as TelepathError;
  for (const secret of [token, password]) expect(`${code} ${message} ${hint} ${stack}`).not.toContain(secret);
  return error as TelepathError;
}

describe("a tunnel that cannot be opened", () => {
  it("without a token says where to put one, and does not dial", async () => {
    const error = await failure(open({}, { configPath: await configFile(edge, home, null) }));
    expect(error.code).toBe("TUNNEL_TOKEN_MISSING");
    for (const way of ["NGROK_AUTHTOKEN", "--authtoken", "ngrok config add-authtoken", "--tunnel none"]) {
      expect(`${error.message} ${error.hint}`).toContain(way);
    }
    expect(edge.log.of("connected")).toEqual([]);
  });

  it("with a token of two words is refused before it is sent", async () => {
    const error = await failure(open({}, { authtoken: `add-authtoken ${token}` }));
    expect([error.code, edge.log.of("connected")]).toEqual(["TUNNEL_TOKEN_REFUSED", []]);
  });

  it.each([
    ["malformed", tokenMalformed(token), "TUNNEL_TOKEN_REFUSED"],
    ["revoked", tokenRevoked(token), "TUNNEL_TOKEN_REFUSED"],
    ["of no verified account", tokenWanted(token), "TUNNEL_TOKEN_REFUSED"],
    ["of an account with too many sessions", sessionLimit(), "TUNNEL_SESSION_LIMIT"],
    ["refused for a reason we do not know", refusal("ERR_NGROK_4242", `no ${token}, nor\n${token}`), "TUNNEL_REFUSED"],
  ])("with a token that is %s says so, without the token", async (_case, reply, code) => {
    edge.onAuth = () => reply;
    const error = await failure(open({}, { patience: { retry: { first: 10, longest: 10 } } }));
    const tries = code === "TUNNEL_SESSION_LIMIT" ? 3 : 1;
    expect([error.code, edge.log.of("auth").length]).toEqual([code, tries]);
    expect(`${error.message} ${error.hint}`).toMatch(/ERR_NGROK_\d+/i);
  });

  it("under a name that is taken says so, after three tries, and meanwhile", async () => {
    edge.take("hooks.example.com");
    const patience = { retry: { first: 10, longest: 10 } };
    const error = await failure(open({ domain: "hooks.example.com" }, { patience }));
    expect(edge.log.of("bind").length).toBe(3);
    expect(states).toEqual([
      { state: "reconnecting", url: null, reason: error.message, hint: error.hint, latencyMs: null },
    ]);
    expect([error.code, error.message]).toEqual(["TUNNEL_NAME_TAKEN", expect.stringContaining("hooks.example.com")]);
    expect(error.message).toContain("ERR_NGROK_334");
  });

  it("under the name that was asked for is not opened under another", async () => {
    edge.onBind = ({ Proto, Opts }) => {
      const opts = { ...Opts, Hostname: "other.example.com" };
      return { Id: "1", URL: "https://other.example.com", Proto, Opts: opts, Extra: { Token: "t" } };
    };
    const error = await failure(open({ domain: "hooks.example.com" }));
    expect([error.code, error.message]).toEqual([
      "TUNNEL_DOMAIN_REFUSED",
      expect.stringContaining("other.example.com"),
    ]);
    await edge.log.until("ask"); // it is given back: this edge has forgotten what it bound
  });

  it.each([
    ["whose port is closed", async () => edge.down()],
    ["that hangs up", async () => void (edge.connections = "drop")],
  ])("at an edge %s says that it cannot be reached", async (_case, break_) => {
    await break_();
    const error = await failure(open());
    expect([error.code, error.message]).toEqual([
      expect.stringMatching(/^TUNNEL_(UNREACHABLE|TLS_FAILED)$/),
      expect.stringContaining(edge.address),
    ]);
  });

  it.each([
    ["that takes the connection and no more", () => void (edge.connections = "mute"), /sign in/],
    ["that never answers Auth", () => void (edge.onAuth = () => silence), /sign in/],
    ["that never answers Bind", () => void (edge.onBind = () => silence), /open an endpoint/],
  ])("at an edge %s ends at the deadline", async (_case, mute, doing) => {
    mute();
    const error = await failure(open({}, { connectWithin: 300, bindWithin: 300 }));
    expect([error.code, error.message]).toEqual(["TUNNEL_UNREACHABLE", expect.stringMatching(doing)]);
    expect(error.message).toContain("within 0.3 s");
  });

  it("at an edge nobody vouches for points at interception", async () => {
    const other = await startEdge();
    try {
      await configFile(other, home, token);
      const configPath = options.configPath!;
      await writeFile(configPath, (await readFile(configPath, "utf8")).replace(other.address, edge.address));
      const error = await failure(open());
      expect([error.code, error.hint]).toEqual(["TUNNEL_TLS_FAILED", expect.stringContaining("connect_cas: host")]);
    } finally {
      await other.close();
    }
  });
});

describe("a tunnel", () => {
  it("carries a request exactly, but for what ngrok adds", async () => {
    const { url } = await open();
    expect(url).toMatch(/^https:\/\/[\da-f]{12}\.ngrok\.test$/);
    const body = randomBytes(1000);
    const headers = ["X-Twice", "1", "x-twice", "2", "X-Telepath-Signature", "sha256=00", "X-Latin", "caf\xe9"];
    const response = await requestPublic(edge, `${url}/hooks/a%2Fb?x=1&x=2`, { method: "POST", headers, body });
    expect([response.status, response.body.equals(body)]).toEqual([200, true]);
    const [received] = upstream.received;
    expect([received?.method, received?.target, received?.body.equals(body)]).toEqual([
      "POST",
      "/hooks/a%2Fb?x=1&x=2",
      true,
    ]);
    const host = new URL(url).host;
    const forwarded = ["X-Forwarded-For", "127.0.0.1", "X-Forwarded-Host", host, "X-Forwarded-Proto", "https"];
    const sent = ["Host", host, "Content-Length", "1000", ...headers];
    expect(received?.rawHeaders).toEqual([...sent, ...forwarded, "Connection", "close"]);
  });

  it("carries 100 requests at once", async () => {
    const { url } = await open();
    const numbers = Array.from({ length: 100 }, (_, index) => `body ${index}`);
    const answers = await Promise.all(
      numbers.map((text) => requestPublic(edge, url, { method: "POST", body: Buffer.from(text) })),
    );
    expect(answers.map(({ body }) => body.toString())).toEqual(numbers);
  });

  it("carries 5 MB of binary both ways", async () => {
    const { url } = await open();
    const body = randomBytes(5_000_000);
    const response = await requestPublic(edge, url, { method: "POST", body });
    expect(upstream.received[0]?.body.equals(body)).toBe(true);
    expect(response.body.equals(body)).toBe(true);
  });

  it("is reachable at a plain origin too", async () => {
    const { url } = await open();
    expect((await fetch(`${await edge.origin(url)}/x`, { method: "POST", body: "plain" })).status).toBe(200);
    expect(upstream.received[0]?.body.toString()).toBe("plain");
  });

  it("ends the local connection when the sender goes away", async () => {
    const { url } = await open();
    upstream.holding = true;
    const leaving = new AbortController();
    const gone = fetch(await edge.origin(url), { signal: leaving.signal }).catch(() => "gone");
    await expect.poll(() => upstream.received.length).toBe(1);
    leaving.abort();
    await upstream.aborted;
    expect(await gone).toBe("gone");
  });

  it("asks the edge for the name, the password and the networks", async () => {
    const request = {
      domain: "hooks.example.com",
      basicAuth: `user:${password}`,
      allowCidrs: ["127.0.0.0/8", "203.0.113.7"],
    };
    const { url } = await open(request);
    expect(url).toBe("https://hooks.example.com");
    const { request: bind } = await edge.log.until("bind");
    expect(bind).toMatchObject({
      Proto: "https",
      Opts: {
        Domain: "hooks.example.com",
        BasicAuth: { credentials: [{ username: "user", cleartext_password: password }] },
        IPRestriction: { allow_cidrs: ["127.0.0.0/8", "203.0.113.7/32"] },
      },
    });
    const authorization = `Basic ${Buffer.from(`user:${password}`).toString("base64")}`;
    expect((await requestPublic(edge, url)).status).toBe(401);
    expect((await requestPublic(edge, url, { headers: ["Authorization", authorization] })).status).toBe(200);
  });

  it("tells ngrok what we are, and neither host name nor path of this machine", async () => {
    await open();
    const { request: auth } = await edge.log.until("auth");
    const { request: bind } = await edge.log.until("bind");
    expect(auth.Extra).toMatchObject({
      AuthToken: token,
      UserAgent: expect.stringMatching(/^telepath-hooks\/0\.0\.1 /),
      Metadata: "",
    });
    expect([bind.ForwardsTo, bind.Extra.Metadata]).toEqual([`${upstream.url}/`, ""]);
  });

  it("takes the token from the flag before the file", async () => {
    await open({}, { authtoken: "from-the-flag", env: { NGROK_AUTHTOKEN: "from-the-environment" } });
    expect((await edge.log.until("auth")).request.Extra.AuthToken).toBe("from-the-flag");
  });

  it("gives the name back when it is closed, and says nothing more", async () => {
    const tunnel = await open({ domain: "hooks.example.com" });
    await Promise.all([tunnel.close(), tunnel.close()]);
    await edge.log.until("unbind");
    expect(edge.tunnels.size).toBe(0);
    edge.dropSessions();
    const again = await open({ domain: "hooks.example.com" });
    await again.close();
    await tunnel.close();
    expect(states.map(({ state }) => state)).toEqual(["online", "online"]);
  });

  it("is closed within two seconds by an edge that is gone", async () => {
    const tunnel = await open();
    await edge.down();
    const before = Date.now();
    await tunnel.close();
    expect(Date.now() - before).toBeLessThan(4_000); // and a slow machine
  });
});

import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Agent, createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { pairHeaders } from "../../src/model/http.ts";
import { Probes, probeHeader } from "../../src/tunnels/probe.ts";
import { selfSigned } from "../support/ngrok-edge/certificate.ts";

const certificate = selfSigned("localhost");
const probes = new Probes(new Agent({ ca: certificate.cert, keepAlive: false }));
const options = { credentials: undefined, withinMs: 2_000 };

/** A public URL that answers so. */
async function site(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(certificate, answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `https://localhost:${(server.address() as AddressInfo).port}`;
}

/** Answers probes as the receiver does. */
function answering(request: IncomingMessage, response: ServerResponse): void {
  const headers = probes.answerTo(pairHeaders(request.rawHeaders));
  response.writeHead(204, headers?.flat() ?? []).end();
}

const page = (status: number, code: string) => (_request: IncomingMessage, response: ServerResponse) =>
  void response.writeHead(status, { "ngrok-error-code": code }).end("<html>");

describe("a probe", () => {
  it("that comes in at our own receiver proves the tunnel, and tells how long it took", async () => {
    const verdict = await probes.send(await site(answering), options);
    expect(verdict).toEqual({ kind: "reached", latencyMs: expect.any(Number) as number });
  });

  it("passes the edge's password, and asks for no warning page", async () => {
    let seen: IncomingMessage["headers"] = {};
    const url = await site((request, response) => {
      seen = request.headers;
      answering(request, response);
    });
    await probes.send(url, { ...options, credentials: { user: "me", password: "p:w" } });
    expect(seen["authorization"]).toBe(`Basic ${Buffer.from("me:p:w").toString("base64")}`);
    expect([seen["ngrok-skip-browser-warning"], seen["user-agent"]]).toEqual(["1", "telepath-hooks"]);
  });

  it.each(["ERR_NGROK_3200", "ERR_NGROK_724"])("that meets the page of %s finds the name offline", async (code) => {
    expect(await probes.send(await site(page(404, code)), options)).toMatchObject({
      kind: "offline",
      reason: expect.stringContaining(code) as string,
    });
  });

  it("that is answered by another receiver finds that", async () => {
    const url = await site((_request, response) => response.writeHead(204, { [probeHeader]: "a".repeat(32) }).end());
    expect(await probes.send(url, options)).toMatchObject({
      kind: "offline",
      reason: expect.stringContaining("another"),
    });
  });

  it.each(["ERR_NGROK_725", "ERR_NGROK_727", "ERR_NGROK_702", "ERR_NGROK_734"])(
    "that is turned away with %s says so, with the next step",
    async (code) => {
      expect(await probes.send(await site(page(429, code)), options)).toMatchObject({
        kind: "refused",
        reason: expect.stringContaining(code) as string,
        hint: expect.stringMatching(/\S/) as string,
      });
    },
  );

  it.each<[string, () => Promise<string>]>([
    ["a name that does not resolve", () => Promise.resolve("https://nobody.invalid")],
    ["a port that is closed", () => Promise.resolve("https://localhost:1")],
    ["silence", () => site(() => {})],
    ["another protocol", () => site((_request, response) => response.writeHead(101, { upgrade: "x" }).end())],
    ["a connection that is cut", () => site((request) => request.socket.destroy())],
    ["a page of somebody between", () => site((_request, response) => response.writeHead(302).end())],
    ["an edge that lets in others only", () => site(page(403, "ERR_NGROK_3205"))],
    ["an app that echoes what it gets", () => site((_request, response) => response.writeHead(200).end("hello"))],
  ])("finds out nothing from %s", async (_case, start) => {
    expect(await probes.send(await start(), { ...options, withinMs: 500 })).toEqual({ kind: "unknown" });
  });

  it("finds out nothing from a certificate nobody vouches for", async () => {
    expect(await new Probes().send(await site(answering), options)).toEqual({ kind: "unknown" });
  });
});

describe("a forged probe", () => {
  it("is an ordinary request: made up, repeated, or given twice", async () => {
    let question = "";
    const url = await site((request, response) => {
      question = String(request.headers[probeHeader]);
      const twice = [probeHeader, question, probeHeader, question];
      expect(probes.answerTo(pairHeaders(twice))).toBeNull();
      expect(probes.answerTo([[probeHeader, "f".repeat(32)]])).toBeNull();
      answering(request, response);
      expect(probes.answerTo([[probeHeader, question]])).toBeNull();
    });
    expect((await probes.send(url, options)).kind).toBe("reached");
    expect(probes.answerTo([[probeHeader, question]])).toBeNull();
  });
});

describe("a probe that comes in after it was given up", () => {
  it("is nobody's webhook, and proves nothing", async () => {
    let question = "";
    const slow = await site((request) => void (question = String(request.headers[probeHeader])));
    await probes.send(slow, { ...options, withinMs: 100 });
    expect(probes.answerTo([[probeHeader, question]])).toEqual([]);
    expect(probes.answerTo([[probeHeader, question]])).toBeNull();
  });
});

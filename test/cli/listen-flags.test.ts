import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo, Server } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { certificate } from "../delivery/certificate.ts";
import { closedPort } from "../delivery/raw-server.ts";
import { rawApp } from "../listen/raw-app.ts";
import { exchange, statusOf } from "../listen/raw-socket.ts";
import { listenWhile } from "./listen-while.ts";
import { freshFolder, jsonLines } from "./run.ts";

/** A whole request whose payload names an event. */
function post(event: string, host = "a"): string {
  const body = JSON.stringify({ event });
  return `POST /hooks HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

async function atPort(server: Server, host: string): Promise<number> {
  server.listen(0, host);
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

const mustNotStart = () => Promise.reject(new Error("it must not start"));

describe("words that cannot be", () => {
  it.each([
    [["--route", "call.ended"], "not a route"],
    [["--route", "=http://localhost:1"], "not a route"],
    [["--route", "call.*=ftp://localhost"], "ftp://localhost"],
    [["--route", "call.*=http://u:p4ssw0rd@localhost"], "user name or password"],
    [["--route", "http://u:p4ssw0rd@localhost"], "not a route"],
    [["--route", "call.*=http://localhost:1/?x=1"], "no query"],
    [["--respond-body", "x"], "--respond-body needs a status"],
    [["--respond", "204", "--respond-body", "x"], "no body"],
    [["--respond", "200", "--respond-body", "@absent.json"], "absent.json"],
    [["--delay", "25h"], "--delay"],
    [["--delay", "soon"], "soon"],
    [["--open"], "--open is about the inspector page"],
    [["--inspect-port", "4600"], "--inspect-port is about the inspector page"],
    [["--no-inspect"], "--no-inspect is about the inspector page"],
  ])("%j: exit 2, said in words and in JSON", async (argv, words) => {
    const ran = await listenWhile(argv, {}, mustNotStart);
    expect(ran.exitCode).toBe(2);
    expect(ran.stderr).toContain(words);
    expect(jsonLines(ran.stdout)).toMatchObject([{ type: "error" }]);
    expect(ran.stdout + ran.stderr).not.toContain("p4ssw0rd");
  });

  it("name the receiver itself as the app of a route", async () => {
    const [port, app] = [String(await closedPort()), await rawApp()];
    const argv = ["--port", String(app.port), "--route", `call.*=http://localhost:${port}/x`, "--listen-port", port];
    const ran = await listenWhile(argv, {}, mustNotStart);
    expect([ran.exitCode, jsonLines(ran.stdout)[0]]).toMatchObject([2, { code: "FORWARDS_TO_ITSELF" }]);
  });

  it.each([
    ["[]", "expected an object"],
    ['{"call.*": 3}', "not a URL"],
    ['{"": "http://localhost:1"}', "not a route"],
  ])("are routes in the configuration such as %s", async (routes, words) => {
    const files = { "telepath-hooks.config.json": `{"routes": ${routes}}` };
    const ran = await listenWhile([], { files }, mustNotStart);
    expect([ran.exitCode, jsonLines(ran.stdout)[0]]).toMatchObject([2, { code: "BROKEN_CONFIG" }]);
    expect(ran.stderr).toContain(words);
  });
});

describe("--route and --event", () => {
  it("send each event type to the first app that matches, on that app's own path", async () => {
    const [first, second, other] = [await rawApp(), await rawApp(), await rawApp()];
    const to = (port: number, path = "") => `http://127.0.0.1:${port}${path}`;
    const argv = ["--to", to(other.port), "--path", "/in"];
    const routes = ["--route", `call.e*=${to(first.port, "/ended")}`, "--route", `call.*=${to(second.port)}`];
    await listenWhile([...argv, ...routes], {}, async (port) => {
      for (const event of ["call.ended", "call.started", "agent.connected"]) {
        expect(statusOf(await exchange(port, post(event)))).toBe(200);
      }
    });
    expect([first, second, other].map(({ requests }) => requests.map(({ lines }) => lines[0]))).toEqual([
      ["POST /ended/hooks HTTP/1.1"],
      ["POST /hooks HTTP/1.1"],
      ["POST /in/hooks HTTP/1.1"],
    ]);
  });

  it("come from the configuration and the environment too, where the flag goes before", async () => {
    const [configured, variable, flag] = [await rawApp(), await rawApp(), await rawApp()];
    const to = ({ port }: { port: number }) => `http://127.0.0.1:${port}`;
    const files = { "telepath-hooks.config.json": JSON.stringify({ routes: { "call.*": to(configured) } }) };
    const env = { HOME: "/nonexistent" };
    const send = (port: number) => exchange(port, post("call.ended"));
    await listenWhile(["--respond", "200"], { files, env }, send);
    const more = { ...env, TELEPATH_HOOKS_ROUTES: `x=${to(flag)} call.*=${to(variable)}` };
    await listenWhile(["--respond", "200"], { files, env: more }, send);
    await listenWhile(["--respond", "200", "--route", `*=${to(flag)}`], { files, env: more }, send);
    expect([configured, variable, flag].map(({ requests }) => requests.length)).toEqual([1, 1, 1]);
  });

  it("keep what is not asked for, and answer it 200", async () => {
    const app = await rawApp();
    const argv = ["--port", String(app.port), "--event", "call.*", "--event", "error"];
    const ran = await listenWhile(argv, {}, async (port, seen) => {
      for (const event of ["agent.connected", "call.ended", "error"]) {
        expect(statusOf(await exchange(port, post(event)))).toBe(200);
      }
      expect(statusOf(await exchange(port, "GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))).toBe(200);
      await seen('"event":null');
    });
    expect(app.requests.map(({ body }) => body.toString())).toEqual(['{"event":"call.ended"}', '{"event":"error"}']);
    const outcomes = jsonLines(ran.stdout).flatMap((line) => (line["type"] === "delivery" ? [line["outcome"]] : []));
    expect(outcomes).toEqual(["captured", "delivered", "delivered", "captured"]);
  });
});

describe("--respond-body and --delay", () => {
  it.each([
    ["done", "text/plain; charset=utf-8", "done"],
    ['{"ok":true}', "application/json", '{"ok":true}'],
    ["@answer.bin", "application/octet-stream", "\xff\x00"],
  ])("answer with %s as %s", async (argument, type, body) => {
    const files = { "answer.bin": Buffer.from("ff00", "hex") };
    await listenWhile(["--respond", "418", "--respond-body", argument], { files }, async (port) => {
      const answer = await exchange(port, post("x"));
      expect(statusOf(answer)).toBe(418);
      expect(answer).toContain(`\r\nContent-Type: ${type}\r\n`);
      expect(answer.split("\r\n\r\n")[1]).toBe(body);
    });
  });

  it("keep an answer back, the app's own as well, and no longer than the session lasts", async () => {
    const app = await rawApp();
    await listenWhile(["--port", String(app.port), "--delay", "300ms"], {}, async (port) => {
      const start = performance.now();
      expect(statusOf(await exchange(port, post("x")))).toBe(200);
      expect(performance.now() - start).toBeGreaterThan(290);
    });
    let late: Promise<string> | undefined;
    const ran = await listenWhile(["--port", String(app.port), "--delay", "1h"], {}, async (port) => {
      late = exchange(port, post("y"));
      await app.received(2);
    });
    expect(statusOf(await late!)).toBe(200);
    expect(jsonLines(ran.stdout).at(-1)).toMatchObject({ type: "stopped", deliveries: 1 });
  });
});

describe("the app", () => {
  const hostOf = (lines: string[] | undefined) => lines?.find((line) => /^host:/i.test(line));

  it("is named in Host, or with --preserve-host what the sender called", async () => {
    const app = await rawApp();
    const send = (port: number) => exchange(port, post("x", "public.example"));
    await listenWhile(["--port", String(app.port)], {}, send);
    await listenWhile(["--port", String(app.port), "--preserve-host"], {}, send);
    expect(app.requests.map(({ lines }) => hostOf(lines))).toEqual([
      `Host: localhost:${app.port}`,
      "Host: public.example",
    ]);
  });

  it.each(["127.0.0.1", "::1"])("is found on %s alone by its port", async (address) => {
    const port = await atPort(
      createHttpServer((_, response) => response.end("here")),
      address,
    );
    await listenWhile(["--port", String(port)], {}, async (receiver) => {
      expect(await exchange(receiver, post("x"))).toContain("here");
    });
  });

  it("may have a self-signed certificate with --insecure only", async () => {
    const port = await atPort(
      createServer(certificate, (_, response) => response.end("hidden")),
      "127.0.0.1",
    );
    const argv = ["--to", `https://localhost:${port}`];
    await listenWhile(argv, {}, async (receiver) => {
      expect(await exchange(receiver, post("x"))).toMatch(/^HTTP\/1\.1 502 [^]*\(tls\)\n$/);
    });
    await listenWhile([...argv, "--hold"], {}, async (receiver) => {
      expect(statusOf(await exchange(receiver, post("x")))).toBe(502);
    });
    await listenWhile([...argv, "--insecure"], {}, async (receiver) => {
      expect(await exchange(receiver, post("x"))).toContain("hidden");
    });
  });
});

describe("a flag that would do nothing", () => {
  it.each([
    [
      ["--respond", "200", "--hold", "--preserve-host", "--header", "a: b"],
      ["--hold", "--preserve-host", "--header"],
    ],
    [["--port", "1", "--insecure"], ["--insecure"]],
    [["--respond", "200", "--route", "x=https://localhost:1", "--insecure", "--hold", "--path", "/x"], ["--path"]],
  ])("is named: %j", async (argv, idle) => {
    const ran = await listenWhile(argv, {}, () => Promise.resolve());
    const named = ran.stderr.split("\n").flatMap((line) => /^note {2}(\S+) has no effect/.exec(line)?.[1] ?? []);
    expect(named.toSorted()).toEqual(idle.toSorted());
  });
});

describe("--hold", () => {
  it("is told as lines of JSON, and delivers after a restart", async () => {
    const [port, cwd] = [await closedPort(), freshFolder()];
    const argv = ["--to", `http://127.0.0.1:${port}`, "--hold"];
    const first = await listenWhile(argv, { cwd }, async (receiver, seen) => {
      expect(statusOf(await exchange(receiver, post("call.ended")))).toBe(200);
      await seen('"type":"held"');
    });
    expect(jsonLines(first.stdout).slice(1)).toMatchObject([
      { type: "holding", state: "down", held: 1, app: `http://127.0.0.1:${port}` },
      { type: "held", event: "call.ended", outcome: "pending", held: 1 },
      { type: "stopped", deliveries: 0, failed: 0 },
    ]);
    expect(first.stderr).toContain("1 delivery is held and not delivered: the next listen --hold");

    const app = await rawApp(undefined, port);
    const second = await listenWhile([...argv, "--until", "1"], { cwd }, (_port, seen) => seen('"type":"stopped"'));
    expect(jsonLines(second.stdout).slice(1)).toMatchObject([
      { type: "holding", state: "restored", held: 1 },
      { type: "delivery", outcome: "delivered", attempts: [{ failure: "refused" }, { status: 200 }] },
      { type: "holding", state: "delivered", held: 0 },
      { type: "stopped", deliveries: 1, failed: 0 },
    ]);
    expect(app.requests).toHaveLength(1);
  });
});

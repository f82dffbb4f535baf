import { createHmac } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { openHistory } from "../../src/history/sqlite.ts";
import { runningListeners } from "../../src/listen/announcement.ts";
import { closedPort } from "../delivery/raw-server.ts";
import { rawApp } from "../listen/raw-app.ts";
import { exchange, statusOf } from "../listen/raw-socket.ts";
import { startEdge } from "../support/ngrok-edge/edge.ts";
import { configFile, requestPublic } from "../support/ngrok-edge/user.ts";
import { listenWhile, secret } from "./listen-while.ts";
import { freshFolder, jsonLines, run } from "./run.ts";

const body = '{"event":"call.ended","call_id":"call_abc123"}';
const signed = `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;

function post(headers = ""): string {
  return `POST /hooks HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${headers}Content-Length: ${body.length}\r\n\r\n${body}`;
}

describe("words that cannot be", () => {
  it.each([
    [["--port", "1", "--to", "http://localhost:1"], "--port and --to"],
    [["--port", "0"], "0"],
    [["--to", "ftp://x"], "ftp://x"],
    [["--to", "http://u:p4ssw0rd@x"], "user name or password"],
    [["--path", "hooks"], "hooks"],
    [["--respond", "99"], "99"],
    [["--timeout", "0s"], "--timeout"],
    [["--timeout", "soon"], "soon"],
    [["--max-body", "1tb"], "1tb"],
    [["--max-body", "10gb"], "--max-body"],
    [["--header", "no colon"], "expected a header"],
    [["--header", "Content-Length: 3"], "Content-Length"],
    [["--header", "Host: a", "--header", "host: b"], "Host"],
    [["--basic-auth", "user:p4ssw0rd"], "--basic-auth needs the ngrok tunnel"],
    [["--allow-cidr", "10.0.0.0/8"], "--allow-cidr needs the ngrok tunnel"],
    [["--domain", "x.example"], "--domain needs the ngrok tunnel"],
    [["--authtoken", "p4ssw0rd"], "--authtoken needs the ngrok tunnel"],
    [["--ngrok-config", "x.yml"], "--ngrok-config needs the ngrok tunnel"],
    [["--traffic-policy", "x.yml"], "--traffic-policy needs the ngrok tunnel"],
    [["--public-url", "https://x.example", "--basic-auth", "user:p4ssw0rd"], "--basic-auth needs"],
    [["--public-url", "nonsense"], "nonsense"],
    [["--until", "0"], "--until"],
    [["--prot", "3000"], "--prot"],
    [["3000"], "too many arguments"],
  ])("%j: exit 2, said in words and in JSON", async (argv, words) => {
    const ran = await listenWhile(argv, {}, () => Promise.reject(new Error("it must not start")));
    expect(ran.exitCode).toBe(2);
    expect(ran.stderr).toContain(words);
    expect(jsonLines(ran.stdout)).toMatchObject([{ type: "error", message: expect.any(String) as string }]);
    expect(ran.stdout + ran.stderr).not.toContain("p4ssw0rd");
  });

  it("name a port that is in use, and --listen-port", async () => {
    const app = await rawApp();
    const argv = ["--port", String(await closedPort()), "--listen-port", String(app.port)];
    const ran = await listenWhile(argv, {}, () => Promise.reject(new Error("it must not start")));
    expect(ran.exitCode).toBe(2);
    expect(ran.stderr).toContain(String(app.port));
    expect(ran.stderr).toContain("--listen-port");
  });

  it("name the receiver itself as the app", async () => {
    const port = String(await closedPort());
    const argv = ["--port", port, "--listen-port", port];
    const ran = await listenWhile(argv, {}, () => Promise.reject(new Error("it must not start")));
    expect([ran.exitCode, jsonLines(ran.stdout)[0]]).toMatchObject([2, { code: "FORWARDS_TO_ITSELF" }]);
  });
});

describe("listen --json", () => {
  it("prints ready, each delivery and stopped, and ends with 0 on Ctrl-C", async () => {
    const app = await rawApp();
    const cwd = freshFolder();
    const ran = await listenWhile(["--port", String(app.port)], { cwd }, async (port, seen) => {
      expect(statusOf(await exchange(port, post(`X-Telepath-Signature: ${signed}\r\n`)))).toBe(200);
      await seen('"type":"delivery"');
    });
    expect(ran.exitCode).toBe(0);
    const [ready, delivery, stopped, ...more] = jsonLines(ran.stdout);
    expect(ready).toEqual({
      type: "ready",
      publicUrl: null,
      localUrl: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) as string,
      forwardTo: `http://localhost:${app.port}`,
      inspectorUrl: null,
      tunnel: "none",
    });
    expect(delivery).toMatchObject({
      type: "delivery",
      id: expect.stringMatching(/^[0-9A-Z]{26}$/) as string,
      source: "listen",
      event: "call.ended",
      callId: "call_abc123",
      method: "POST",
      target: "/hooks",
      bytes: body.length,
      signature: { verdict: "valid", diagnosis: null },
      outcome: "delivered",
      attempts: [{ number: 1, status: 200, failure: null, message: null }],
    });
    expect(stopped).toEqual({ type: "stopped", deliveries: 1, failed: 0 });
    expect(more).toEqual([]);
    expect(ran.stdout + ran.stderr).not.toContain(secret);

    const history = await openHistory(join(cwd, ".telepath-hooks"));
    expect(Buffer.from(history.get("last").body).toString()).toBe(body);
    await history.close();
  });

  it("says why a signature does not match, with the proof", async () => {
    const app = await rawApp();
    const sent = JSON.stringify({ event: "call.ended", call_id: "call_abc123" }, null, 2);
    const signature = `sha256=${createHmac("sha256", secret).update(sent).digest("hex")}`;
    const ran = await listenWhile(["--port", String(app.port)], {}, async (port, seen) => {
      await exchange(port, post(`X-Telepath-Signature: ${signature}\r\n`));
      await seen('"type":"delivery"');
    });
    expect(jsonLines(ran.stdout)[1]).toMatchObject({
      signature: { verdict: "invalid", diagnosis: { code: expect.stringMatching(/^json-/) as string, proven: true } },
      outcome: "delivered",
    });
    expect(ran.stdout + ran.stderr).not.toContain(secret);
  });

  it("stops by itself with --until, and counts failures", async () => {
    const ran = await listenWhile(["--port", String(await closedPort()), "--until", "1"], {}, async (port, seen) => {
      expect(statusOf(await exchange(port, post()))).toBe(502);
      await seen('"type":"stopped"');
    });
    expect(ran.exitCode).toBe(0);
    expect(jsonLines(ran.stdout).slice(1)).toMatchObject([
      { outcome: "failed", signature: { verdict: "missing" }, attempts: [{ status: null, failure: "refused" }] },
      { type: "stopped", deliveries: 1, failed: 1 },
    ]);
  });

  it("answers by itself with --respond, and says which flags that makes idle", async () => {
    const ran = await listenWhile(["--respond", "418", "--port", "1"], {}, async (port) => {
      expect(statusOf(await exchange(port, post()))).toBe(418);
    });
    expect(jsonLines(ran.stdout)[0]).toMatchObject({ forwardTo: null });
    expect(ran.stderr).toContain("--port has no effect");
  });

  it("adds headers, the path, the limits and the required signature", async () => {
    const app = await rawApp();
    const argv = ["--to", `http://127.0.0.1:${app.port}/base`, "--path", "/in", "--header", "X-Env: café"];
    const ran = await listenWhile(
      [...argv, "--require-signature", "--max-body", "1kb", "--public-url", "https://mine.example/"],
      {},
      async (port) => {
        expect(statusOf(await exchange(port, post()))).toBe(401);
        expect(statusOf(await exchange(port, post(`X-Telepath-Signature: ${signed}\r\n`)))).toBe(200);
        const large = `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2000\r\n\r\n${"x".repeat(2000)}`;
        expect(statusOf(await exchange(port, large))).toBe(413);
      },
    );
    expect(app.requests).toHaveLength(1);
    expect(app.requests[0]?.lines[0]).toBe("POST /base/in/hooks HTTP/1.1");
    expect(Buffer.from(app.requests[0]!.lines.at(-1)!, "latin1").toString()).toBe("X-Env: café");
    expect(jsonLines(ran.stdout)[0]).toMatchObject({
      publicUrl: "https://mine.example",
      forwardTo: `http://127.0.0.1:${app.port}/base/in`,
      tunnel: "none",
    });
  });

  it("takes port, path and tunnel from the project's configuration", async () => {
    const app = await rawApp();
    const config = JSON.stringify({ port: app.port, path: "/configured", tunnel: "none" });
    const interrupted = new AbortController();
    const ran = await run(["listen", "--json"], {
      files: { "telepath-hooks.config.json": config },
      interrupted: interrupted.signal,
      onStdout: (text) => void (text.includes("ready") && interrupted.abort()),
    });
    expect(jsonLines(ran.stdout)[0]).toMatchObject({ forwardTo: `http://localhost:${app.port}/configured` });
  });
});

describe("listen as text", () => {
  it("narrates on stderr, prints a line per delivery on stdout, and escapes what came from outside", async () => {
    const cwd = freshFolder();
    const ran = run(["listen", "--tunnel", "none", "--port", String(await closedPort()), "--until", "1"], {
      cwd,
      env: { TELEPATH_WEBHOOK_SECRET: secret },
    });
    const [listener] = await expect
      .poll(() => runningListeners(join(cwd, ".telepath-hooks")))
      .toHaveLength(1)
      .then(() => runningListeners(join(cwd, ".telepath-hooks")));
    const evil = '{"event":"\\u001b[2Jcall","call_id":"\\u202ex"}';
    const port = Number(new URL(listener!.localUrl).port);
    await exchange(
      port,
      `POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: ${evil.length}\r\n\r\n${evil}`,
    );

    const { exitCode, stdout, stderr } = await ran;
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(
      /^public URL {3}none \(no tunnel\)\nlocal URL {4}http:\/\/127\.0\.0\.1:\d+\nforwards to {2}http:/,
    );
    expect(stderr).toContain("secret       TELEPATH_WEBHOOK_SECRET\n");
    expect(stderr).toContain("Ctrl-C");
    expect(stderr).toMatch(/stopped after 1 delivery, 1 failed\n$/);
    expect(stdout).toMatch(/^\d\d:\d\d:\d\d ✗ \\x1b\[2Jcall .*<U\+202E>x.*refused.*\n {11}\S.*\n$/);
    expect(/[^\n\x20-\x7e✗…]/.exec(stdout)).toBeNull();
  });
});

describe("listen without an authtoken", () => {
  const around = { env: { HOME: "/nonexistent" }, tty: true };

  it("fails at once without a terminal, and says where to put one", async () => {
    const cwd = freshFolder();
    const ran = await run(["listen", "--port", "3000", "--json"], { ...around, tty: false, cwd });
    expect(ran.exitCode).toBe(2);
    expect(jsonLines(ran.stdout).at(-1)).toMatchObject({ type: "error", code: "TUNNEL_TOKEN_MISSING" });
    for (const way of ["NGROK_AUTHTOKEN", "--authtoken", "--tunnel none"]) expect(ran.stderr).toContain(way);
    expect(existsSync(join(cwd, ".telepath-hooks", "history.db"))).toBe(false);
  });

  it("asks on a terminal, and goes on without a tunnel", async () => {
    const interrupted = new AbortController();
    const ran = await run(["listen", "--respond", "200", "--json"], {
      ...around,
      prompts: { choose: (_question, choices) => Promise.resolve(choices[1]!.value) },
      interrupted: interrupted.signal,
      onStdout: (text) => void (text.includes("ready") && interrupted.abort()),
    });
    expect(ran.exitCode).toBe(0);
    expect(jsonLines(ran.stdout)[0]).toMatchObject({ type: "ready", publicUrl: null, tunnel: "none" });
  });

  it("does not offer to go on when the tunnel was to protect the receiver", async () => {
    let offered: string[] = [];
    const ran = await run(["listen", "--respond", "200", "--basic-auth", "user:long-password"], {
      ...around,
      prompts: {
        choose: (_question, choices) => {
          offered = choices.map(({ name }) => name);
          return Promise.resolve(choices.at(-1)!.value);
        },
      },
    });
    expect(offered).toEqual([expect.stringContaining("paste"), "quit"]);
    expect(ran.exitCode).toBe(2);
    expect(ran.stderr).toContain("NGROK_AUTHTOKEN");
  });

  it("takes one that is pasted, opens the tunnel with it, and keeps and prints it nowhere", async () => {
    const token = "2SecretTokenOfATest_4nq9771bPxe8ctg7";
    const edge = await startEdge();
    onTestFinished(() => edge.close());
    const cwd = freshFolder();
    const app = await rawApp();
    const interrupted = new AbortController();
    const ran = run(
      [
        "listen",
        "--port",
        String(app.port),
        "--json",
        "--until",
        "1",
        "--ngrok-config",
        await configFile(edge, cwd, null),
      ],
      {
        ...around,
        cwd,
        prompts: {
          choose: (_question, choices) => Promise.resolve(choices[0]!.value),
          askSecret: () => Promise.resolve(` ${token}\n`),
        },
        interrupted: interrupted.signal,
        onStdout: (text) => {
          const line = jsonLines<{ type: string; publicUrl: string }>(text).find(({ type }) => type === "ready");
          if (line)
            void requestPublic(edge, line.publicUrl, { method: "POST", body: Buffer.from(body) }).catch(() =>
              interrupted.abort(),
            );
        },
      },
    );
    const { exitCode, stdout, stderr } = await ran;
    expect([exitCode, stderr]).toEqual([0, expect.not.stringContaining("error")]);
    expect(jsonLines(stdout).map(({ type }) => type)).toEqual(["ready", "delivery", "stopped"]);
    expect(app.requests[0]?.body.toString()).toBe(body);
    expect(stdout + stderr).not.toContain(token);
    for (const file of readdirSync(cwd, { recursive: true, withFileTypes: true })) {
      if (file.isFile()) expect(readFileSync(join(file.parentPath, file.name)).includes(token)).toBe(false);
    }
  });
});

describe("what only ngrok's edge can do", () => {
  it("is told to have no effect when the environment asks for it and there is no tunnel", async () => {
    const interrupted = new AbortController();
    const ran = await run(["listen", "--respond", "200", "--tunnel", "none", "--json"], {
      env: { TELEPATH_HOOKS_BASIC_AUTH: "user:long-password" },
      interrupted: interrupted.signal,
      onStdout: (text) => void (text.includes("ready") && interrupted.abort()),
    });
    expect(ran.exitCode).toBe(0);
    expect(ran.stderr).toContain("TELEPATH_HOOKS_BASIC_AUTH has no effect");
    expect(ran.stdout + ran.stderr).not.toContain("long-password");
  });

  it("is refused with the reason when it cannot be asked for, before anything is opened", async () => {
    const env = { HOME: "/nonexistent", NGROK_AUTHTOKEN: "token-of-a-test" };
    const listen = ["listen", "--respond", "200", "--json"];
    const policy = await run([...listen, "--traffic-policy", "policy.yml"], { env });
    expect([policy.exitCode, jsonLines(policy.stdout).at(-1)]).toEqual([
      2,
      expect.objectContaining({ type: "error", code: "TRAFFIC_POLICY_MISSING" }),
    ]);
    const password = await run([...listen, "--basic-auth", "user:short77"], { env });
    expect([password.exitCode, jsonLines(password.stdout).at(-1)]).toEqual([
      2,
      expect.objectContaining({ type: "error", code: "TUNNEL_BASIC_AUTH_INVALID" }),
    ]);
    expect(password.stderr).toContain("--basic-auth can be seen by others");
    expect(password.stdout + password.stderr).not.toContain("short77");
  });
});

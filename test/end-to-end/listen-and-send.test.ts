import { createHmac, randomBytes } from "node:crypto";
import { request as httpRequest } from "node:http";
import { describe, expect, it } from "vitest";
import { freshFolder, jsonLines } from "../cli/run.ts";
import { startReceiver } from "./receiver.ts";
import { ready, start } from "./tool.ts";

const secret = "end-to-end secret é";
const env = { TELEPATH_WEBHOOK_SECRET: secret };

function signed(body: Uint8Array): string {
  return `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
}

/** Posts a body with exactly these headers and resolves to the answer. */
function post(
  url: string,
  headers: string[],
  body: Uint8Array,
): Promise<{ status: number; rawHeaders: string[]; body: string }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method: "POST", headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () =>
        resolve({
          status: response.statusCode!,
          rawHeaders: response.rawHeaders,
          body: Buffer.concat(chunks).toString(),
        }),
      );
    });
    request.on("error", reject);
    request.end(body);
  });
}

describe("the built tool, listen and send", () => {
  it("hands a sent event to an independent receiver, signed, and says so on both sides", async () => {
    const cwd = freshFolder();
    const app = await startReceiver(secret);
    const listen = start(["listen", "--to", app.url, "--tunnel", "none", "--json"], { cwd, env });
    const { localUrl } = await ready(listen);

    const send = start(["send", "call.ended", "--to", `${localUrl}/hooks?from=test`, "--json"], { cwd, env });
    expect(await send.ended).toBe(0);
    const [sent, summary] = jsonLines(send.stdout());
    expect(sent).toMatchObject({
      type: "delivery",
      source: "send",
      event: "call.ended",
      outcome: "delivered",
      signature: { verdict: "valid" },
      attempts: [{ number: 1, status: 200, failure: null }],
    });
    expect(summary).toMatchObject({ type: "summary", deliveries: 1, delivered: 1, failed: 0 });
    expect(app.received).toMatchObject([{ method: "POST", target: "/hooks?from=test", signatureMatches: true }]);

    const delivery = JSON.parse(await listen.line((line) => line.includes('"type":"delivery"'))) as object;
    expect(delivery).toMatchObject({
      source: "listen",
      event: "call.ended",
      target: "/hooks?from=test",
      bytes: app.received[0]!.body.length,
      signature: { verdict: "valid", diagnosis: null },
      outcome: "delivered",
    });

    listen.child.kill("SIGINT");
    expect(await listen.ended).toBe(0);
    expect(jsonLines(listen.stdout()).at(-1)).toEqual({ type: "stopped", deliveries: 1, failed: 0 });
    for (const text of [listen.stdout(), listen.stderr(), send.stdout(), send.stderr()])
      expect(text).not.toContain(secret);
  });

  it("keeps bytes, header order, case and repetitions through the gateway, for 100 at once", async () => {
    const cwd = freshFolder();
    const app = await startReceiver(secret);
    const listen = start(["listen", "--to", app.url, "--tunnel", "none", "--json"], { cwd, env });
    const { localUrl } = await ready(listen);

    const bodies = Array.from({ length: 100 }, (_, index) => randomBytes(1 + index * 47));
    const headersOf = (body: Buffer) =>
      [
        ["hOsT", new URL(localUrl).host],
        ["X-ZETA", "1"],
        ["x-alpha", "  spaced  inside "],
        ["X-Twice", "a"],
        ["x-tWICE", "b"],
        ["Content-Length", String(body.length)],
        ["X-Telepath-Signature", signed(body)],
        ["X-Empty", ""],
      ].flat();
    const answers = await Promise.all(bodies.map((body) => post(`${localUrl}/a/b?c=%20d`, headersOf(body), body)));

    expect(new Set(answers.map(({ status, body }) => `${status} ${body}`))).toEqual(new Set(["200 thanks"]));
    expect(answers[0]!.rawHeaders).toContain("X-App");
    expect(app.received).toHaveLength(100);
    for (const body of bodies) {
      const received = app.received.find((one) => one.body.equals(body));
      expect(received?.signatureMatches).toBe(true);
      expect(received?.target).toBe("/a/b?c=%20d");
      const expected = headersOf(body).map((part) => part.trim());
      expected[1] = new URL(app.url).host;
      const at = received!.rawHeaders.findIndex((part) => part.toLowerCase() === "connection");
      const withoutConnection = at === -1 ? received!.rawHeaders : received!.rawHeaders.toSpliced(at, 2);
      // As sent, and then what the gateway adds.
      expect(withoutConnection.slice(0, expected.length)).toEqual(expected);
      expect(withoutConnection.slice(expected.length).filter((_, index) => index % 2 === 0)).toEqual([
        "X-Forwarded-For",
        "X-Forwarded-Host",
        "X-Forwarded-Proto",
        "Via",
      ]);
    }
  });

  it("carries a binary body of 5 MB unchanged", async () => {
    const cwd = freshFolder();
    const app = await startReceiver(secret);
    const listen = start(["listen", "--to", app.url, "--tunnel", "none", "--json"], { cwd, env });
    const { localUrl } = await ready(listen);
    const body = randomBytes(5 * 1024 ** 2);
    const headers = [
      "Host",
      new URL(localUrl).host,
      "Content-Length",
      String(body.length),
      "X-Telepath-Signature",
      signed(body),
    ];
    expect((await post(localUrl, headers, body)).status).toBe(200);
    expect(app.received[0]!.body.equals(body)).toBe(true);
  });

  it("answers with exit code 2 and the option to use when the port is taken", async () => {
    const cwd = freshFolder();
    const app = await startReceiver(secret);
    const { port } = new URL(app.url);
    const listen = start(["listen", "--port", "1", "--listen-port", port, "--tunnel", "none", "--json"], { cwd, env });
    expect(await listen.ended).toBe(2);
    expect(listen.stderr()).toContain(port);
    expect(listen.stderr()).toContain("--listen-port");
    expect(jsonLines(listen.stdout()).at(-1)).toMatchObject({ type: "error" });
  });
});

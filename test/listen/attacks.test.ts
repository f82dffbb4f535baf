import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { Secret } from "../../src/model/secret.ts";
import { listening, type Listening } from "./listening.ts";
import { asSent, rawApp } from "./raw-app.ts";
import { exchange, rawSocket, statusOf } from "./raw-socket.ts";

const good = "POST /good HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

/** The receiver still does its work: whatever came before has broken nothing. */
async function expectAlive({ port }: Listening): Promise<void> {
  expect(statusOf(await exchange(port, good))).toBe(200);
}

describe("input that is refused before it reaches the app or the history", () => {
  const post = "POST / HTTP/1.1\r\nHost: a\r\n";
  it.each([
    [
      "absolute-form to another local port",
      "POST http://127.0.0.1:1/api HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
      400,
    ],
    ["asterisk-form", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 400],
    ["a target without a slash", "GET hooks HTTP/1.1\r\nHost: a\r\n\r\n", 400],
    ["CONNECT", "CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: a\r\n\r\n", 405],
    ["an upgrade to WebSocket", "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n", 426],
    ["no Host", "POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n", 400],
    ["two Hosts", `${post}Host: b\r\nContent-Length: 0\r\n\r\n`, 400],
    [
      "Content-Length and Transfer-Encoding",
      `${post}Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nX`,
      400,
    ],
    ["two Content-Lengths", `${post}Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd`, 400],
    ["a signed Content-Length", `${post}Content-Length: +3\r\n\r\nabc`, 400],
    ["another transfer coding", `${post}Transfer-Encoding: gzip, chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`, 501],
    ["an empty transfer coding", `${post}Transfer-Encoding: ,chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`, 400],
    ["chunked twice", `${post}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 400],
    ["chunked over HTTP/1.0", "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400],
    ["a bare line feed after the head's line", "POST / HTTP/1.1\nHost: a\nContent-Length: 0\n\n", 400],
    ["a folded header", `${post}X: a\r\n b\r\nContent-Length: 0\r\n\r\n`, 400],
    ["NUL in a header", `${post}X: a\0b\r\nContent-Length: 0\r\n\r\n`, 400],
    ["ESC in a header", `${post}X: \x1b[2J\r\nContent-Length: 0\r\n\r\n`, 400],
    ["ESC in the target", "POST /\x1b[2J HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", 400],
    ["17 KB of headers", `${post}X: ${"a".repeat(17_000)}\r\nContent-Length: 0\r\n\r\n`, 431],
    ["1,100 headers", `${post}${"a: b\r\n".repeat(1100)}X-Telepath-Signature: s\r\nContent-Length: 0\r\n\r\n`, 431],
    ["an unknown expectation", `${post}Expect: miracles\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`, 417],
    ["the HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400],
    ["a TLS hello", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400],
    ["something else entirely", "hello there\r\n\r\n", 400],
  ])("%s", async (_name, bytes, status) => {
    const app = await rawApp();
    const listen = await listening(app.port);
    expect(statusOf(await exchange(listen.port, bytes))).toBe(status);
    expect(app.connections).toBe(0);
    expect([...listen.history.find({})]).toEqual([]);
    await expectAlive(listen);
  });

  it("tells the user once, with a hint, however often it comes", async () => {
    const listen = await listening(null);
    for (let round = 0; round < 5; round += 1) await exchange(listen.port, "\x16\x03\x01\x02\x00");
    await expectAlive(listen);
    await listen.deliveries(1);
    const notices = listen.events.filter(({ type }) => type === "notice");
    expect(notices).toEqual([
      { type: "notice", code: "NOT_HTTP", message: expect.stringContaining("http://") as string },
    ]);
  });
});

describe("input that is taken as it is", () => {
  it.each(["//127.0.0.1:1/", "/\\127.0.0.1:1/", "/http://127.0.0.1:1/", "/@127.0.0.1:1/", "/..//%2e%2e/x"])(
    "the target %s goes to the app and nowhere else",
    async (target) => {
      const [app, other] = [await rawApp(), await rawApp()];
      const { port } = await listening(app.port);
      const aimed = target.replace(":1", `:${other.port}`);
      await exchange(
        port,
        `POST ${aimed} HTTP/1.1\r\nHost: 127.0.0.1:${other.port}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
      );
      expect(app.requests[0]?.lines[0]).toBe(`POST ${aimed} HTTP/1.1`);
      expect(other.connections).toBe(0);
    },
  );

  it("headers named __proto__ and constructor are headers", async () => {
    const app = await rawApp();
    const listen = await listening(app.port);
    await exchange(
      listen.port,
      "POST / HTTP/1.1\r\nHost: a\r\n__proto__: x\r\nconstructor: y\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
    );
    expect(app.requests[0]?.lines).toContain("__proto__: x");
    expect((await listen.deliveries(1))[0]?.headers).toContainEqual(["__proto__", "x"]);
    expect(({} as { x?: unknown }).x).toBeUndefined();
  });

  it("a body whose JSON names __proto__, or nests 100,000 deep, is bytes", async () => {
    const listen = await listening(null);
    for (const body of ['{"__proto__":{"event":"x"},"event":"call.ended"}', "[".repeat(100_000)]) {
      await exchange(
        listen.port,
        `POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      );
    }
    expect((await listen.deliveries(2)).map(({ event }) => event)).toEqual(["call.ended", null]);
  });

  it("an offer of h2c is ignored", async () => {
    const app = await rawApp();
    const { port } = await listening(app.port);
    const answer = await exchange(
      port,
      "POST / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: A\r\nContent-Length: 1\r\n\r\nx",
    );
    expect(statusOf(answer)).toBe(200);
    expect(asSent(app.requests[0]!)).toEqual(["POST / HTTP/1.1", `Host: 127.0.0.1:${app.port}`, "Content-Length: 1"]);
  });

  it("what Connection names besides the headers of a connection stays", async () => {
    const app = await rawApp();
    const { port, deliveries } = await listening(app.port, { secrets: [new Secret("s", "test")] });
    const signature = `sha256=${createHmac("sha256", "s").update("x").digest("hex")}`;
    await exchange(
      port,
      "POST / HTTP/1.1\r\nHost: a\r\nConnection: close, X-Telepath-Signature, Content-Type, TE\r\n" +
        `TE: trailers\r\nContent-Type: a/b\r\nX-Telepath-Signature: ${signature}\r\nContent-Length: 1\r\n\r\nx`,
    );
    expect(asSent(app.requests[0]!).slice(2)).toEqual([
      "Content-Type: a/b",
      `X-Telepath-Signature: ${signature}`,
      "Content-Length: 1",
    ]);
    expect((await deliveries(1))[0]?.signature).toEqual({ verdict: "valid", secret: "test", diagnosis: null });
  });
});

describe("a request that breaks behind a good one", () => {
  it("does not put its 400 in the place of the first answer", async () => {
    let answer = (): unknown => null;
    const app = await rawApp(
      (socket) => (answer = () => socket.write("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")),
    );
    const listen = await listening(app.port);
    const connection = await rawSocket(listen.port);
    connection.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcGARBAGE\r\n\r\n");
    await app.received(1);
    await listen.event("notice");
    answer();
    const text = await connection.end();
    expect(statusOf(text)).toBe(201);
    expect(text.match(/HTTP\/1\.1/g)).toHaveLength(1);
    expect((await listen.deliveries(1))[0]?.outcome).toBe("delivered");
  });
});

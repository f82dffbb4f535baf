import { createHash, createHmac, randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { forwardTarget } from "../../src/listen/forward-target.ts";
import { Secret } from "../../src/model/secret.ts";
import { listening } from "./listening.ts";
import { asSent, ok, rawApp, says } from "./raw-app.ts";
import { exchange, rawSocket, statusOf } from "./raw-socket.ts";

const everyByte = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

describe("what the app receives", () => {
  it("keeps the order, case, repetition and bytes of headers, and the bytes of the body", async () => {
    const app = await rawApp();
    const { port } = await listening(app.port);
    await exchange(
      port,
      "POST /hooks?x=%2F&y=a+b HTTP/1.1\r\nhOST: public.example\r\nX-B: 1\r\nx-a: 2\r\nX-B: 3\r\n" +
        "X-Empty:\r\nX-Latin: caf\xe9 \x80\xff\r\ncontent-LENGTH: 256\r\nConnection: close\r\nX-Last: z\r\n\r\n",
      everyByte,
    );
    expect(asSent(app.requests[0]!)).toEqual([
      "POST /hooks?x=%2F&y=a+b HTTP/1.1",
      `hOST: 127.0.0.1:${app.port}`,
      "X-B: 1",
      "x-a: 2",
      "X-B: 3",
      "X-Empty: ",
      "X-Latin: caf\xe9 \x80\xff",
      "content-LENGTH: 256",
      "X-Last: z",
    ]);
    expect(app.requests[0]?.body.equals(everyByte)).toBe(true);
  });

  it("puts the same on record as it came", async () => {
    const app = await rawApp();
    const { port, deliveries, history } = await listening(app.port);
    await exchange(
      port,
      "POST /h HTTP/1.1\r\nHost: public.example\r\nX-B: 1\r\nx-b: 2\r\nConnection: close\r\nContent-Length: 256\r\n\r\n",
      everyByte,
    );
    const { id } = (await deliveries(1))[0]!;
    expect(history.get(id)).toMatchObject({
      source: "listen",
      method: "POST",
      target: "/h",
      outcome: "delivered",
      bodyState: "whole",
      headers: [
        ["Host", "public.example"],
        ["X-B", "1"],
        ["x-b", "2"],
        ["Connection", "close"],
        ["Content-Length", "256"],
      ],
      attempts: [{ number: 1, url: `http://127.0.0.1:${app.port}/h`, failure: null, response: { status: 200 } }],
    });
    expect(Buffer.from(history.get(id).body).equals(everyByte)).toBe(true);
  });

  it("is a chunked body with its length, without the trailer", async () => {
    const app = await rawApp();
    const { port, deliveries } = await listening(app.port, { secrets: [new Secret("s", "test")] });
    const signature = createHmac("sha256", "s").update("hello").digest("hex");
    const answer = await exchange(
      port,
      "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\nTrailer: X-Telepath-Signature\r\n\r\n" +
        `2;ext=1\r\nhe\r\n3\r\nllo\r\n0\r\nX-Telepath-Signature: sha256=${signature}\r\n\r\n`,
    );
    expect(statusOf(answer)).toBe(200);
    expect(asSent(app.requests[0]!)).toEqual(["POST / HTTP/1.1", `Host: 127.0.0.1:${app.port}`, "Content-Length: 5"]);
    expect(app.requests[0]?.body.toString()).toBe("hello");
    expect((await deliveries(1))[0]?.signature.verdict).toBe("missing");
  });

  it("holds every byte of 5 MB", async () => {
    const body = randomBytes(5 * 1024 ** 2);
    const app = await rawApp();
    const { port, deliveries } = await listening(app.port);
    await exchange(
      port,
      `POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n`,
      body,
    );
    expect(sha256(app.requests[0]!.body)).toBe(sha256(body));
    expect(sha256((await deliveries(1))[0]!.body)).toBe(sha256(body));
  });

  it("is right for each of 100 concurrent requests", async () => {
    const app = await rawApp((socket, { body }) =>
      says(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body.toString("latin1")}`)(socket),
    );
    const { port, history, deliveries } = await listening(app.port);
    const bodies = Array.from({ length: 100 }, (_, index) => `{"event":"call.ended","call_id":"call_${index}"}`);
    const answers = await Promise.all(
      bodies.map((body) =>
        exchange(
          port,
          `POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
        ),
      ),
    );
    expect(answers.map((answer) => answer.split("\r\n\r\n")[1])).toEqual(bodies);
    await deliveries(100);
    expect(new Set([...history.find({})].map((delivery) => Buffer.from(delivery.body).toString()))).toEqual(
      new Set(bodies),
    );
  });

  it("comes on the prefixed path, with the headers the user added", async () => {
    const app = await rawApp();
    const { port } = await listening(null, {
      destination: { app: forwardTarget(`http://127.0.0.1:${app.port}/base/`, "/webhooks/telepath") },
      addedHeaders: [
        ["X-B", "new"],
        ["X-Env", "dev"],
        ["X-Env", "two"],
      ],
    });
    await exchange(port, "GET /?q=1 HTTP/1.1\r\nHost: a\r\nx-b: 1\r\nx-c: 2\r\nx-B: 3\r\nConnection: close\r\n\r\n");
    await exchange(port, "GET //x/y HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    expect(app.requests.map((request) => asSent(request))).toEqual([
      [
        "GET /base/webhooks/telepath?q=1 HTTP/1.1",
        `Host: 127.0.0.1:${app.port}`,
        "x-b: new",
        "x-c: 2",
        "X-Env: dev",
        "X-Env: two",
      ],
      [
        "GET /base/webhooks/telepath//x/y HTTP/1.1",
        `Host: 127.0.0.1:${app.port}`,
        "X-B: new",
        "X-Env: dev",
        "X-Env: two",
      ],
    ]);
  });
});

describe("what the sender receives", () => {
  it("is the app's own status, headers and bytes", async () => {
    const app = await rawApp((socket) => {
      socket.write("HTTP/1.1 202 Accepted\r\nDate: never\r\nX-b: 1\r\nx-A: 2\r\nX-b: 3\r\nSet-Cookie: a=1\r\n");
      socket.write("set-cookie: b=2\r\nContent-Encoding: gzip\r\nKeep-Alive: timeout=9\r\nContent-Length: 256\r\n\r\n");
      socket.write(everyByte);
    });
    const { port } = await listening(app.port);
    const answer = await exchange(port, "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    expect(answer).toBe(
      "HTTP/1.1 202 Accepted\r\nDate: never\r\nX-b: 1\r\nx-A: 2\r\nX-b: 3\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\n" +
        `Content-Encoding: gzip\r\nContent-Length: 256\r\nConnection: close\r\n\r\n${everyByte.toString("latin1")}`,
    );
  });

  it("is a streamed answer whole", async () => {
    const app = await rawApp((socket) => {
      socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
      setImmediate(() => socket.write("2\r\nde\r\n0\r\n\r\n"));
    });
    const { port } = await listening(app.port);
    const answer = await exchange(port, "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    expect(answer).toBe("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nabcde");
  });

  it("keeps the Content-Length of an answer to HEAD, and adds none to 204 and 304", async () => {
    const app = await rawApp((socket, { lines }) => {
      const status = /\/(\d{3}) /.exec(lines[0]!)![1];
      says(`HTTP/1.1 ${status} X\r\n${status === "200" ? "Content-Length: 42\r\n" : ""}\r\n`)(socket);
    });
    const { port } = await listening(app.port);
    const head = (method: string, status: number) =>
      exchange(port, `${method} /${status} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
    expect(await head("HEAD", 200)).toBe("HTTP/1.1 200 OK\r\nContent-Length: 42\r\nConnection: close\r\n\r\n");
    expect(await head("GET", 304)).toBe("HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n");
    expect(await head("GET", 204)).toBe("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
  });

  it("comes in order on one connection with pipelined requests", async () => {
    const app = await rawApp((socket, { body }) =>
      says(`HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n${body.toString()}`)(socket),
    );
    const { port } = await listening(app.port);
    const connection = await rawSocket(port);
    connection.write(
      ["a", "b", "c"].map((body) => `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n${body}`).join(""),
    );
    const text = await connection.until("\r\n\r\nc");
    expect(text.match(/\r\n\r\n./g)).toEqual(["\r\n\r\na", "\r\n\r\nb", "\r\n\r\nc"]);
  });

  it("is the first answer even when the app gives it before the body has been read", async () => {
    const app = await rawApp();
    const { port } = await listening(app.port);
    const answer = await exchange(
      port,
      `POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: ${2 ** 20}\r\n\r\n`,
      Buffer.alloc(2 ** 20),
    );
    expect(answer.endsWith(ok.slice(-2))).toBe(true);
  });
});

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

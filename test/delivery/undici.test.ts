import { once } from "node:events";
import { createServer as createHttp } from "node:http";
import { createServer as createHttps } from "node:https";
import { createServer as createTcp, type AddressInfo } from "node:net";
import { gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, it, onTestFinished } from "vitest";
import type { OutgoingRequest, Transport } from "../../src/delivery/transport.ts";
import { createTransport, type TransportOptions } from "../../src/delivery/undici.ts";
import { certificate } from "./certificate.ts";
import { answer, closedPort, rawServer } from "./raw-server.ts";

function transport(options: Partial<TransportOptions> = {}): Transport {
  const made = createTransport({ connections: 4, ...options });
  onTestFinished(() => made.close());
  return made;
}

function post(origin: string, changes: Partial<OutgoingRequest> = {}): OutgoingRequest {
  const body = Buffer.from('{"a":1}');
  return { origin, method: "POST", target: "/hooks", headers: [], body, timeoutMs: 5_000, ...changes };
}

describe("a try that gets no answer", () => {
  it("is refused where nothing listens", async () => {
    const port = await closedPort();
    const exchange = await transport().exchange(post(`http://localhost:${port}`, { target: "/a?b=c" }));
    expect(exchange).toMatchObject({
      url: `http://localhost:${port}/a?b=c`,
      response: null,
      failure: "refused",
      message: `nothing listens on localhost:${port}`,
    });
  });

  it("times out when the server takes the request and says nothing, and the server sees the connection end", async () => {
    let closed: Promise<unknown> | undefined;
    const server = await rawServer((socket) => (closed = once(socket, "close")));
    const exchange = await transport().exchange(post(server.origin, { timeoutMs: 100 }));
    expect(exchange).toMatchObject({ failure: "timeout", message: expect.stringContaining("within 0.1 s") });
    await closed;
  });

  it("times out when the answer begins in time and never ends", async () => {
    const server = await rawServer((socket) => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"));
    expect(await transport().exchange(post(server.origin, { timeoutMs: 150 }))).toMatchObject({ failure: "timeout" });
  });

  it("times out while waiting for a free connection, and is then never sent", async () => {
    const server = await rawServer(() => {});
    const single = transport({ connections: 1 });
    const stop = new AbortController();
    const first = single.exchange(post(server.origin, { signal: stop.signal }));
    expect(await single.exchange(post(server.origin, { target: "/second", timeoutMs: 50 }))).toMatchObject({
      failure: "timeout",
    });
    stop.abort();
    expect(await first).toMatchObject({ failure: "aborted" });
    expect(server.received().toString()).not.toContain("/second");
  });

  it("is reset when the server closes without a word", async () => {
    const server = await rawServer((socket) => socket.destroy());
    expect(await transport().exchange(post(server.origin))).toMatchObject({
      failure: "reset",
      message: expect.stringContaining("without answering"),
    });
  });

  it("is reset when the server closes in the middle of its answer", async () => {
    const server = await rawServer((socket) => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"));
    expect(await transport().exchange(post(server.origin))).toMatchObject({
      response: null,
      failure: "reset",
      message: expect.stringContaining("in the middle of its answer"),
    });
  });

  it.each([
    ["a status below 100", "HTTP/1.1 099 Odd\r\nContent-Length: 0\r\n\r\n"],
    ["text", "SSH-2.0-OpenSSH_9.2\r\n"],
    ["a broken status line", "HTTP/1.1 2x0 OK\r\n\r\n"],
    ["bytes", "\x00\x01\x02\xff\xfe"],
  ])("is reset when the server answers with %s", async (_what, garbage) => {
    const server = await rawServer((socket) => socket.end(Buffer.from(garbage, "latin1")));
    expect(await transport().exchange(post(server.origin))).toMatchObject({
      failure: "reset",
      message: expect.stringContaining("answered with something that is not HTTP"),
    });
  });

  it("is reset by two lengths, and says that they are wrong", async () => {
    const lengths = "Content-Length: 2\r\nContent-Length: 3\r\n";
    const server = await rawServer((socket) => socket.end(`HTTP/1.1 200 OK\r\n${lengths}\r\nabc`));
    expect(await transport().exchange(post(server.origin))).toMatchObject({
      failure: "reset",
      message: expect.stringContaining("Content-Length that is not its body's"),
    });
  });

  it("is reset by an answer of 101 nobody asked for", async () => {
    const server = await rawServer((socket) =>
      socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"),
    );
    expect(await transport().exchange(post(server.origin))).toMatchObject({
      failure: "reset",
      message: expect.stringContaining("101"),
    });
  });

  it("is aborted by its signal, before or during", async () => {
    const stop = new AbortController();
    const server = await rawServer(() => stop.abort());
    const made = transport();
    const aborted = { failure: "aborted", response: null, message: "stopped before it was answered" };
    expect(await made.exchange(post(server.origin, { signal: stop.signal }))).toMatchObject(aborted);
    expect(await made.exchange(post(server.origin, { signal: stop.signal }))).toMatchObject(aborted);
    expect(server.connections()).toBe(1);
  });

  it("is aborted when the answer is larger than allowed", async () => {
    const server = await rawServer((socket) => socket.write(answer("200 OK", "x".repeat(3000))));
    expect(await transport({ maxAnswerBytes: 2048 }).exchange(post(server.origin))).toMatchObject({
      response: null,
      failure: "aborted",
      message: expect.stringContaining("answered with more than"),
    });
  });

  it("is aborted when the transport is closed", async () => {
    const made = createTransport({ connections: 1 });
    const server = await rawServer(() => void made.close());
    expect(await made.exchange(post(server.origin))).toMatchObject({ failure: "aborted" });
  });

  it("is aborted when the transport is closed while the connection is still being made", async () => {
    const made = createTransport({ connections: 1 });
    const silent = createTcp((socket) => {
      socket.once("error", () => {});
      void made.close();
    }).listen(0, "127.0.0.1");
    onTestFinished(() => void silent.close());
    await once(silent, "listening");
    const origin = `https://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    expect(await made.exchange(post(origin))).toMatchObject({ failure: "aborted" });
    await new Promise((resolve) => silent.close(resolve)); // Only when the connection is gone.
  });

  it("fails as dns for a host that cannot exist", async () => {
    // RFC 6761 §6.4: .invalid never resolves.
    expect(await transport().exchange(post("http://nowhere.invalid"))).toMatchObject({
      failure: "dns",
      message: expect.stringContaining("no address is known for nowhere.invalid"),
    });
  });

  it("fails as tls for a certificate nobody vouches for, unless any is taken", async () => {
    const server = createHttps(certificate, (_request, response) => response.end("ok")).listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await once(server, "listening");
    const origin = `https://localhost:${(server.address() as AddressInfo).port}`;
    expect(await transport().exchange(post(origin))).toMatchObject({
      failure: "tls",
      message: expect.stringMatching(/certificate of localhost:\d+ is not trusted \(.*SELF_SIGNED.*\)/),
    });
    expect(await transport({ insecure: true }).exchange(post(origin))).toMatchObject({ response: { status: 200 } });
  });

  it("fails as tls where the server does not speak it", async () => {
    const server = createHttp().listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await once(server, "listening");
    const origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect(await transport().exchange(post(origin))).toMatchObject({ failure: "tls" });
  });

  it("says so when a plain request meets a TLS server", async () => {
    const server = await rawServer((socket) => socket.end(Buffer.from([0x15, 3, 1, 0, 2, 2, 0x46])));
    expect(await transport().exchange(post(server.origin))).toMatchObject({
      failure: "reset",
      message: expect.stringContaining("try https"),
    });
  });
});

describe("what arrives", () => {
  it("is the head as given, byte for byte: order, case, repetitions, latin1", async () => {
    const server = await rawServer((socket) => socket.write(answer("204 No Content")));
    const body = Buffer.from([0, 255, 13, 10, 128]);
    await transport().exchange(
      post(server.origin, {
        target: "/a//b/../c?x=%2F&y=|",
        headers: [
          ["X-First", "1"],
          ["hOsT", "app.example:81"],
          ["X-Telepath-Signature", "sha256=00"],
          ["x-telepath-signature", "sha256=01"],
          ["CONTENT-length", "999"],
          ["X-Last", "caf\xc3\xa9 \xff"],
        ],
        body,
      }),
    );
    const head =
      "POST /a//b/../c?x=%2F&y=| HTTP/1.1\r\nX-First: 1\r\nhOsT: app.example:81\r\nX-Telepath-Signature: sha256=00\r\n" +
      "x-telepath-signature: sha256=01\r\nCONTENT-length: 5\r\nX-Last: caf\xc3\xa9 \xff\r\n\r\n";
    expect(server.received().toString("latin1")).toBe(head + body.toString("latin1"));
  });

  it("has no header nobody gave but Host and Content-Length", async () => {
    const server = await rawServer((socket) => socket.write(answer("200 OK")));
    await transport().exchange(post(server.origin));
    const host = `127.0.0.1:${server.port}`;
    expect(server.received().toString()).toBe(
      `POST /hooks HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 7\r\n\r\n{"a":1}`,
    );
  });

  it("has none of the headers that belong to one connection, and all that Connection names", async () => {
    const server = await rawServer((socket) => socket.write(answer("200 OK")));
    const owned = ["Connection", "Keep-Alive", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade"];
    await transport().exchange(
      post(server.origin, {
        headers: [
          ["Host", "h"],
          ...owned.map((name) => [name, "X-Telepath-Signature"] as const),
          ["Expect", "100-continue"],
          ["X-Telepath-Signature", "sha256=aa"],
        ],
        body: Buffer.alloc(0),
      }),
    );
    expect(server.received().toString()).toBe(
      "POST /hooks HTTP/1.1\r\nHost: h\r\nX-Telepath-Signature: sha256=aa\r\nContent-Length: 0\r\n\r\n",
    );
  });

  it.each(["GET", "DELETE", "HEAD"])("has no Content-Length for a %s without a body", async (method) => {
    const server = await rawServer((socket) => socket.write("HTTP/1.1 204 No Content\r\n\r\n"));
    const body = Buffer.alloc(0);
    const exchange = await transport().exchange(post(server.origin, { method, headers: [["Host", "h"]], body }));
    expect(exchange.response?.status).toBe(204);
    expect(server.received().toString()).toMatch(
      new RegExp(`^${method} /hooks HTTP/1.1\r\nHost: h\r\n(Connection: close\r\n)?\r\n$`),
    );
  });

  it("comes over one connection when requests follow one another", async () => {
    const server = await rawServer((socket) => socket.write(answer("200 OK", "yes")));
    const made = transport({ connections: 1 });
    for (const target of ["/1", "/2", "/3"]) await made.exchange(post(server.origin, { target }));
    expect(server.connections()).toBe(1);
    expect(
      server
        .received()
        .toString()
        .match(/POST \/\d/g),
    ).toEqual(["POST /1", "POST /2", "POST /3"]);
  });

  it("is a megabytes-large body, whole", async () => {
    const server = await rawServer((socket) => socket.write(answer("200 OK")));
    const body = Buffer.alloc(5 * 1024 ** 2, "\x00\xffz");
    await transport().exchange(post(server.origin, { body }));
    const arrived = server.received();
    expect(arrived.subarray(arrived.indexOf("\r\n\r\n") + 4).equals(body)).toBe(true);
  });

  it("reaches localhost on whichever address it listens", async () => {
    for (const address of ["127.0.0.1", "::1"]) {
      const server = createHttp((_request, response) => response.end("ok")).listen(0, address);
      onTestFinished(() => void server.close());
      await once(server, "listening");
      const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
      expect(await transport().exchange(post(origin))).toMatchObject({ response: { status: 200 } });
    }
  });
});

describe("the answer", () => {
  it("is kept as it came: status, raw headers in order, body undecoded", async () => {
    const zipped = gzipSync("hello");
    const server = await rawServer((socket) => {
      socket.write("HTTP/1.1 418 I'm a teapot\r\nX-B: 1\r\nx-a: 2\r\nX-B: 3\r\nX-Text: caf\xe9\r\n", "latin1");
      socket.write(`Content-Encoding: gzip\r\nContent-Length: ${zipped.length}\r\n\r\n`);
      socket.write(zipped);
    });
    const { response, failure, durationMs } = await transport().exchange(post(server.origin));
    expect(response).toMatchObject({
      status: 418,
      headers: [
        ["X-B", "1"],
        ["x-a", "2"],
        ["X-B", "3"],
        ["X-Text", "caf\xe9"],
        ["Content-Encoding", "gzip"],
        ["Content-Length", String(zipped.length)],
      ],
    });
    expect(gunzipSync(response!.body).toString()).toBe("hello");
    expect(failure).toBeNull();
    expect(durationMs).toBeGreaterThan(0);
  });

  it("is the redirect itself, which nobody follows", async () => {
    const server = await rawServer((socket) => socket.write(answer("302 Found", "", "Location: /elsewhere\r\n")));
    expect(await transport().exchange(post(server.origin))).toMatchObject({ response: { status: 302 } });
    expect(server.connections()).toBe(1);
    expect(server.received().toString()).not.toContain("/elsewhere");
  });

  it("is what follows 1xx announcements, in one piece or byte by byte", async () => {
    const parts = [
      "HTTP/1.1 100 Continue\r\n\r\n",
      "HTTP/1.1 100 Continue\r\nX: y\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n",
      answer("201 Created", "made", "A: b\r\n"),
    ];
    const whole = await rawServer((socket) => socket.write(parts.join("")));
    const dripping = await rawServer(async (socket) => {
      for (const byte of Buffer.from(parts.join(""))) {
        await new Promise((resolve) => socket.write(Buffer.of(byte), resolve));
        await new Promise(setImmediate);
      }
    });
    for (const { origin } of [whole, dripping]) {
      const { response } = await transport().exchange(post(origin));
      expect(response).toMatchObject({
        status: 201,
        headers: [
          ["A", "b"],
          ["Content-Length", "4"],
        ],
      });
      expect(Buffer.from(response!.body).toString()).toBe("made");
    }
  });

  it.each([1, 1023, 1024, 5000])("is whole when it comes in chunks of %d bytes", async (size) => {
    const sent = Buffer.from(Array.from({ length: 50_000 }, (_, index) => index % 251));
    const server = await rawServer((socket) => {
      const parts = ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"];
      for (let at = 0; at < sent.length; at += size) {
        const chunk = sent.toString("latin1", at, at + size);
        parts.push(`${chunk.length.toString(16)}\r\n${chunk}\r\n`);
      }
      socket.write(Buffer.from(`${parts.join("")}0\r\n\r\n`, "latin1"));
    });
    const { response } = await transport().exchange(post(server.origin));
    expect(sent.equals(response!.body)).toBe(true);
  });

  it("may come before the request is through, or end with the connection", async () => {
    const server = createHttp((_request, response) => {
      response.writeHead(413, { Connection: "close" });
      response.end("too much");
    }).listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await once(server, "listening");
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const exchange = await transport().exchange(post(origin, { body: Buffer.alloc(100_000) }));
    expect(exchange.response?.status).toBe(413);

    const closing = await rawServer((socket) => socket.end("HTTP/1.1 200 OK\r\n\r\nto the end"));
    const { response } = await transport().exchange(post(closing.origin));
    expect(Buffer.from(response!.body).toString()).toBe("to the end");
  });

  it.each(["204 No Content", "304 Not Modified"])(
    "has no body when it is %s, whatever it announces",
    async (status) => {
      const server = await rawServer((socket) => socket.write(`HTTP/1.1 ${status}\r\nContent-Length: 5\r\n\r\n`));
      const { response } = await transport().exchange(post(server.origin, { method: "GET", body: Buffer.alloc(0) }));
      expect(response).toMatchObject({ status: Number(status.slice(0, 3)), headers: [["Content-Length", "5"]] });
      expect(response?.body.byteLength).toBe(0);
    },
  );

  it("has no body after HEAD, whatever length it announces", async () => {
    const server = await rawServer((socket) => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"));
    const { response } = await transport().exchange(post(server.origin, { method: "HEAD", body: Buffer.alloc(0) }));
    expect(response).toMatchObject({ status: 200, headers: [["Content-Length", "5"]], body: Buffer.alloc(0) });
  });
});

describe("a request that is no HTTP", () => {
  it.each([
    ["a target without a slash", { target: "http://evil.example/" }],
    ["a space in the target", { target: "/a b" }],
    ["a line end in the target", { target: "/a\r\nX: y" }],
    ["a line end in a value", { headers: [["A", "b\r\nX: y"]] }],
    ["a line end in a name", { headers: [["A\r\nB", "c"]] }],
    ["a character above U+00FF", { headers: [["A", "\u2713"]] }],
    [
      "two Host headers",
      {
        headers: [
          ["Host", "a"],
          ["host", "b"],
        ],
      },
    ],
    ["a method with a space", { method: "POST /x" }],
    ["CONNECT", { method: "CONNECT" }],
  ] as [string, Partial<OutgoingRequest>][])("is refused before anything is sent: %s", async (_what, changes) => {
    const server = await rawServer(() => {});
    await expect(transport().exchange(post(server.origin, changes))).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    expect(server.connections()).toBe(0);
  });
});

import { once } from "node:events";
import { connect, createServer as createTcp, type AddressInfo, type Server, type Socket } from "node:net";
import { createServer as createTls } from "node:tls";
import { describe, expect, it, onTestFinished } from "vitest";
import type { OutgoingRequest, Transport } from "../../src/delivery/transport.ts";
import { createTransport } from "../../src/delivery/undici.ts";
import { carryOwnHeads } from "../../src/delivery/wire.ts";
import { systemCode } from "../../src/model/errors.ts";
import { certificate } from "./certificate.ts";
import { answer } from "./raw-server.ts";

const tooLarge = answer("413 Payload Too Large", "no more than 64 KB", "X-App: kept\r\n");

async function listening(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  const event = "key" in server ? "secureConnection" : "connection";
  server.on(event, (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

/** Reads a part of the request, answers, and closes with the rest unread. */
function refuse(socket: Socket): void {
  socket.once("data", () => {
    socket.pause();
    socket.write(tooLarge, () => socket.destroy());
  });
}

function transport(): Transport {
  const made = createTransport({ connections: 1, insecure: true });
  onTestFinished(() => made.close());
  return made;
}

function large(origin: string, changes: Partial<OutgoingRequest> = {}): OutgoingRequest {
  const body = Buffer.alloc(9_000_000, "x");
  return { origin, method: "POST", target: "/", headers: [], body, timeoutMs: 20_000, ...changes };
}

describe("an answer that came before the request was through", () => {
  it("is read although nothing can be written any more", async () => {
    const server = createTcp();
    const port = await listening(server);
    const accepted = once(server, "connection") as Promise<[Socket]>;
    const client = connect(port, "127.0.0.1");
    await once(client, "connect");
    carryOwnHeads(client, { message: undefined });
    const [app] = await accepted;
    await new Promise((resolve) => app.write(tooLarge, resolve));
    app.resetAndDestroy();
    // The connection is gone by now, which this is the first to notice: nothing was read since.
    client.write("more");
    client.write("and more");
    let text = "";
    client.on("data", (chunk: Buffer) => (text += chunk.toString()));
    const [error] = (await once(client, "error")) as [Error];
    expect(text).toBe(tooLarge);
    expect(["EPIPE", "ECONNRESET"]).toContain(systemCode(error));
    expect(client.destroyed).toBe(true);
  });

  it.each(["http", "https"])(
    "is the app's own, over %s, and the next request finds a new connection",
    async (scheme) => {
      const server = scheme === "https" ? createTls(certificate, refuse) : createTcp(refuse);
      const origin = `${scheme}://127.0.0.1:${await listening(server)}`;
      const made = transport();
      for (let round = 0; round < 5; round++) {
        const { response, message } = await made.exchange(large(origin));
        expect(message).toBeNull();
        expect(response).toMatchObject({ status: 413, headers: expect.arrayContaining([["X-App", "kept"]]) });
        expect(Buffer.from(response!.body).toString()).toBe("no more than 64 KB");
      }
    },
  );

  it("ends the connection, even if the app would keep it: the rest is not sent and the next request not behind it", async () => {
    const firsts: string[] = [];
    const server = createTcp((socket) => {
      socket.once("data", (chunk: Buffer) => {
        firsts.push(chunk.toString("latin1", 0, chunk.indexOf(" HTTP")));
        socket.pause();
        socket.write(tooLarge);
      });
    });
    const origin = `http://127.0.0.1:${await listening(server)}`;
    const made = transport();
    for (const target of ["/1", "/2"]) {
      expect(await made.exchange(large(origin, { target }))).toMatchObject({ response: { status: 413 } });
    }
    expect(firsts).toEqual(["POST /1", "POST /2"]);
  });

  it("goes with the request when the app answers while it reads", async () => {
    const body = Buffer.alloc(9_000_000, "0123456789");
    const head = `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n`;
    const server = createTcp((socket) => {
      let started = false;
      socket.on("data", (chunk: Buffer) => {
        const at = started ? 0 : chunk.indexOf("\r\n\r\n") + 4;
        if (!started) socket.write(head);
        started = true;
        if (!socket.write(chunk.subarray(at))) socket.pause();
      });
      socket.on("drain", () => socket.resume());
    });
    const origin = `http://127.0.0.1:${await listening(server)}`;
    const { response } = await transport().exchange(large(origin, { body }));
    expect(body.equals(response!.body)).toBe(true);
  });

  it("does not keep the rest from an app that takes the request and answers first", async () => {
    let bytes = 0;
    let came = (): void => {};
    const whole = new Promise<void>((resolve) => (came = resolve));
    const server = createTcp((socket) => {
      socket.once("data", () => socket.write(answer("200 OK", "taken")));
      socket.on("data", (chunk) => {
        bytes += chunk.length;
        if (bytes >= 9_000_000) came();
      });
    });
    const port = await listening(server);
    const sending = transport();
    expect(await sending.exchange(large(`http://127.0.0.1:${port}`))).toMatchObject({ response: { status: 200 } });
    await whole;
  });

  it("is missed when the app closes without one", async () => {
    const server = createTcp((socket) => socket.once("data", () => socket.destroy()));
    const origin = `http://127.0.0.1:${await listening(server)}`;
    expect(await transport().exchange(large(origin))).toMatchObject({
      failure: "reset",
      message: expect.stringContaining("without answering"),
    });
  });
});

import { describe, expect, it } from "vitest";
import { listening } from "./listening.ts";
import { rawApp } from "./raw-app.ts";
import { exchange, rawSocket, statusOf } from "./raw-socket.ts";

const maxBodyBytes = 1000;
const head = (rest: string) => `POST /hooks HTTP/1.1\r\nHost: a\r\n${rest}\r\n\r\n`;

describe("a body over the limit", () => {
  it.each([
    ["announced and sent", [head("Content-Length: 5000"), "x".repeat(5000)]],
    ["chunked", [head("Transfer-Encoding: chunked"), `1388\r\n${"x".repeat(5000)}\r\n0\r\n\r\n`]],
  ])("%s, is answered 413 and recorded up to the limit", async (_name, bytes) => {
    const app = await rawApp();
    const listen = await listening(app.port, { maxBodyBytes });
    expect(statusOf(await exchange(listen.port, ...bytes))).toBe(413);
    const [delivery] = await listen.deliveries(1);
    expect(delivery).toMatchObject({ outcome: "captured", bodyState: "too-large", attempts: [] });
    expect(Buffer.from(listen.history.get(delivery!.id).body).toString()).toBe("x".repeat(maxBodyBytes));
    expect(app.connections).toBe(0);
  });

  it("is answered 413 when it is announced and never comes", async () => {
    const listen = await listening(null, { maxBodyBytes });
    const connection = await rawSocket(listen.port);
    connection.write(head("Content-Length: 10000000000"));
    expect(statusOf(await connection.until("\r\n\r\n"))).toBe(413);
    expect((await listen.deliveries(1))[0]).toMatchObject({ bodyState: "too-large" });
  });

  it("is answered 413 without 100 to a sender that asks first", async () => {
    const listen = await listening(null, { maxBodyBytes });
    const connection = await rawSocket(listen.port);
    connection.write(head("Content-Length: 5000\r\nExpect: 100-continue"));
    expect(statusOf(await connection.until("\r\n\r\n"))).toBe(413);
  });

  it("is answered 413 even when it never ends", async () => {
    const app = await rawApp();
    const listen = await listening(app.port, { maxBodyBytes });
    const connection = await rawSocket(listen.port);
    connection.write(head("Transfer-Encoding: chunked"));
    const piece = `400\r\n${"y".repeat(1024)}\r\n`;
    const pump = (): void => void (connection.socket.destroyed || connection.socket.write(piece, pump));
    pump();
    expect(statusOf(await connection.end())).toBe(413);
    expect((await listen.deliveries(1))[0]?.body.length).toBe(maxBodyBytes);
    expect(app.connections).toBe(0);
  });
});

describe("a body that does not come whole", () => {
  it.each([
    ["the sender resets", (socket: { resetAndDestroy(): unknown }) => socket.resetAndDestroy()],
    ["the sender closes", (socket: { destroy(): unknown }) => socket.destroy()],
  ])("is recorded and never forwarded when %s", async (_name, leave) => {
    const app = await rawApp();
    const listen = await listening(app.port);
    const connection = await rawSocket(listen.port);
    connection.write(head("Content-Length: 500\r\nExpect: 100-continue"));
    await connection.until("100 Continue");
    await new Promise<void>((resolve) => connection.socket.write("half", () => resolve()));
    leave(connection.socket);
    const [delivery] = await listen.deliveries(1);
    expect(delivery).toMatchObject({
      outcome: "captured",
      bodyState: "incomplete",
      signature: { verdict: "unchecked" },
    });
    expect(app.connections).toBe(0);
  });

  it("is recorded and never forwarded when a chunk is broken", async () => {
    const app = await rawApp();
    const listen = await listening(app.port);
    const answer = await exchange(listen.port, head("Transfer-Encoding: chunked"), "3\nabc\r\n0\r\n\r\n");
    expect(statusOf(answer)).toBe(400);
    expect((await listen.deliveries(1))[0]).toMatchObject({ bodyState: "incomplete" });
    expect(app.connections).toBe(0);
  });

  it("leaves nothing behind that would end up in the next request", async () => {
    const app = await rawApp();
    const listen = await listening(app.port);
    await exchange(listen.port, head("Transfer-Encoding: chunked"), "zz\r\nPOST /smuggled HTTP/1.1\r\nHost: a\r\n\r\n");
    await exchange(listen.port, head("Connection: close\r\nContent-Length: 1"), "x");
    expect(app.requests.map(({ lines }) => lines[0])).toEqual(["POST /hooks HTTP/1.1"]);
  });
});

it("asks a sender to continue, and takes the body then", async () => {
  const app = await rawApp();
  const listen = await listening(app.port);
  const connection = await rawSocket(listen.port);
  connection.write(head("Content-Length: 4\r\nExpect: 100-continue\r\nConnection: close"));
  await connection.until("HTTP/1.1 100 Continue\r\n\r\n");
  connection.write("body");
  expect(await connection.end()).toContain("HTTP/1.1 200 OK");
  expect(app.requests[0]?.body.toString()).toBe("body");
});

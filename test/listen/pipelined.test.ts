import type { Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { listening } from "./listening.ts";
import { rawApp } from "./raw-app.ts";
import { rawSocket } from "./raw-socket.ts";

const post = (target: string, body = ""): string =>
  `POST ${target} HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

/** An app that answers each target when the test says so, with the target. */
async function appOnCall() {
  const sockets = new Map<string, Socket>();
  const app = await rawApp((socket, { lines }) => sockets.set(lines[0]!.split(" ")[1]!, socket));
  const answer = (target: string): void =>
    void sockets.get(target)!.write(`HTTP/1.1 200 OK\r\nContent-Length: ${target.length}\r\n\r\n${target}`);
  return Object.assign(app, { answer });
}

/** Two requests on one connection that the app has taken. */
async function slowAndFast() {
  const app = await appOnCall();
  const listen = await listening(app.port);
  const connection = await rawSocket(listen.port);
  connection.write(post("/slow") + post("/fast"));
  await app.received(2);
  return { app, listen, connection };
}

const statuses = (answers: string) => answers.match(/(?<=HTTP\/1\.1 )\d{3}/g);
const bodies = (answers: string) => answers.match(/(?<=\r\n\r\n)\/[a-z]+/g);

describe("an answer that the app gave out of turn", () => {
  it.each([
    ["CONNECT", "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", []],
    ["bytes that are not HTTP", "\x16\x03\x01\r\n\r\n", []],
    [
      "two framings",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      [],
    ],
    ["a bad chunk", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", ["400"]],
  ])("goes out before the connection ends for what cannot be: %s", async (_name, bytes, last) => {
    const { app, listen, connection } = await slowAndFast();
    app.answer("/fast");
    await listen.deliveries(1);
    connection.write(bytes);
    await listen.event("notice");
    app.answer("/slow");
    const answers = await connection.end();
    expect(bodies(answers)).toEqual(["/slow", "/fast"]);
    expect(statuses(answers)).toEqual(["200", "200", ...last]);
  });

  it("goes out before the session ends", async () => {
    const { app, listen, connection } = await slowAndFast();
    app.answer("/fast");
    await listen.deliveries(1);
    const stopped = listen.stop();
    app.answer("/slow");
    expect(bodies(await connection.end())).toEqual(["/slow", "/fast"]);
    await stopped;
  });

  it("goes out once, and so does the refusal, when nothing is due any more", async () => {
    const { app, listen, connection } = await slowAndFast();
    app.answer("/fast");
    await listen.deliveries(1);
    app.answer("/slow");
    await connection.until("/fast");
    connection.write("\x00\r\n\r\n");
    expect(statuses(await connection.end())).toEqual(["200", "200", "400"]);
  });
});

describe("an answer that is due behind another", () => {
  it("is waited for when the session ends", async () => {
    const { app, listen, connection } = await slowAndFast();
    const stopped = listen.stop();
    app.answer("/slow");
    await connection.until("/slow");
    app.answer("/fast");
    const answers = await connection.end();
    expect(bodies(answers)).toEqual(["/slow", "/fast"]);
    expect(answers.match(/connection: close/gi)).toHaveLength(1);
    await stopped;
  });

  it("is waited for when the first was to a body that is too large", async () => {
    const app = await appOnCall();
    const { port } = await listening(app.port, { maxBodyBytes: 1 });
    const connection = await rawSocket(port);
    connection.write(post("/large", "ab") + post("/behind"));
    await app.received(1);
    app.answer("/behind");
    const answers = await connection.end();
    expect(statuses(answers)).toEqual(["413", "200"]);
    expect(app.requests).toHaveLength(1);
  });
});

describe("a request behind an answer that ends the connection", () => {
  it("is kept from the app", async () => {
    const app = await appOnCall();
    const listen = await listening(app.port, { maxBodyBytes: 1 });
    const connection = await rawSocket(listen.port);
    connection.write("POST /large HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nab");
    await connection.until("HTTP/1.1 413");
    connection.write(`c${post("/behind")}`);
    expect(statuses(await connection.end())).toEqual(["413"]);
    await listen.stop(); // nothing is under way any more
    expect(app.connections).toBe(0);
  });
});

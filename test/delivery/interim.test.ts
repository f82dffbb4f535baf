import { describe, expect, it } from "vitest";
import { WithoutContinue } from "../../src/delivery/interim.ts";
import { createTransport } from "../../src/delivery/undici.ts";
import { answer, rawServer } from "./raw-server.ts";

const proceed = "HTTP/1.1 100 Continue\r\n\r\n";
const proceedWithHeaders = "HTTP/1.1 100 Go on\r\nX: \r\r\nY: HTTP/1.1 200\r\n\r\n";
const processing = "HTTP/1.1 102 Processing\r\n\r\n";
const hints = "HTTP/1.1 103 Early Hints\r\nLink: HTTP/1.1 100\r\n\r\n";
// What looks like an interim answer in a body is none.
const final = answer("200 OK", proceed + hints, "A: b\r\n");

/** What is passed on of chunks. */
function passed(chunks: Iterable<Buffer>): string {
  const answers = new WithoutContinue();
  let text = "";
  for (const chunk of chunks) text += (answers.final ? chunk : answers.rest(chunk)).toString("latin1");
  return text;
}

describe("answers without 100 Continue", () => {
  const sequences: [string, string[], string][] = [
    ["only a final one", [], final],
    ["one before it", [proceed], final],
    ["several, with headers", [proceed, proceedWithHeaders, proceed], final],
    ["one after a 102", [processing, proceed], processing + final],
    ["one before and after a 103", [proceed, hints, proceed], hints + final],
    [
      "among many others",
      [hints, proceed, processing, hints, proceedWithHeaders, hints],
      hints + processing + hints + hints + final,
    ],
  ];

  it.each(sequences)("are the rest, however they are cut: %s", (_what, interim, expected) => {
    const bytes = Buffer.from(interim.join("") + final, "latin1");
    for (let first = 0; first <= bytes.length; first++) {
      for (const size of [1, 2, 7, 11, 12, 13, bytes.length]) {
        const chunks = [bytes.subarray(0, first)];
        for (let at = first; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
        expect(passed(chunks)).toBe(expected);
      }
    }
  });

  it.each(["SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.0 100 Continue\r\n\r\n", "HTTP/2 100\r\n\r\n", "\x15\x03\x01\x00\x02"])(
    "are passed on as they are when they are no HTTP/1.1: %j",
    (text) => {
      expect(passed([Buffer.from(text + proceed, "latin1")])).toBe(text + proceed);
      expect(passed(Array.from(Buffer.from(text, "latin1"), (byte) => Buffer.of(byte)))).toBe(text);
    },
  );

  it("are an answer that is used as it came, uncopied", () => {
    const chunk = Buffer.from(final);
    expect(new WithoutContinue().rest(chunk)).toBe(chunk);
  });

  it("are left out in any number and of any length", () => {
    const many = Buffer.from(proceed.repeat(200_000));
    expect(passed([many, Buffer.from(final)])).toBe(final);
    const long = Buffer.from(`HTTP/1.1 100 ${"x".repeat(200_000)}\r\n\r\n${final}`);
    expect(passed(Array.from(long, (byte) => Buffer.of(byte)))).toBe(final);
  });
});

describe("an app's interim answers", () => {
  const request = { method: "POST", target: "/", headers: [], body: Buffer.from("{}") };

  it.each([
    ["20,000 times 100", proceed.repeat(20_000)],
    ["20,000 times 100 and 103", (proceed + hints).repeat(10_000)],
    ["100 after 102", processing + proceed],
    ["100 before and after 103", proceed + hints + proceed],
  ])("come before its final one: %s", async (_what, interim) => {
    const server = await rawServer((socket) => socket.write(interim + answer("201 Created", "made")));
    const transport = createTransport({ connections: 1 });
    for (let round = 0; round < 2; round++) {
      const { response } = await transport.exchange({ origin: server.origin, ...request, timeoutMs: 20_000 });
      expect(response?.status).toBe(201);
      expect(Buffer.from(response!.body).toString()).toBe("made");
    }
    expect(server.connections()).toBe(1);
    await transport.close();
  });

  it.each([
    ["100", proceed],
    ["102", processing],
    ["100 and 103", proceed + hints],
  ])("end with the deadline when they never end: %s", async (_what, interim) => {
    const storm = Buffer.from(interim.repeat(5_000));
    const server = await rawServer((socket) => {
      const blow = (): void => {
        if (!socket.destroyed) socket.write(storm, blow);
      };
      blow();
    });
    const transport = createTransport({ connections: 1 });
    const exchange = await transport.exchange({ origin: server.origin, ...request, timeoutMs: 200 });
    expect(exchange).toMatchObject({ failure: "timeout", response: null });
    // A deadline that comes late shows that the event loop was held.
    expect(exchange.durationMs).toBeLessThan(5_000);
    await transport.close();
  });
});

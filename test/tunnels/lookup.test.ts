import { createSocket, type Socket } from "node:dgram";
import { Resolver } from "node:dns/promises";
import { once } from "node:events";
import { describe, expect, it, onTestFinished } from "vitest";
import { mayBeLookedUp } from "../../src/tunnels/lookup.ts";

/** A name server of this machine. */
async function nameServer(answer: (socket: Socket, query: Buffer, port: number) => void): Promise<Resolver> {
  const socket = createSocket("udp4");
  socket.on("message", (query, { port }) => answer(socket, query, port)).bind(0, "127.0.0.1");
  await once(socket, "listening");
  onTestFinished(() => void socket.close());
  const resolver = new Resolver({ timeout: 10_000, tries: 1 });
  resolver.setServers([`127.0.0.1:${socket.address().port}`]);
  return resolver;
}

/** RFC 1035 §4.1.1: the query again, as an answer with that code and nothing in it. */
const says = (code: number) => (socket: Socket, query: Buffer, port: number) => {
  const reply = Buffer.from(query);
  reply.writeUInt16BE(0x8180 | code, 2);
  socket.send(reply, port, "127.0.0.1");
};

describe("a name", () => {
  it("is not looked up while no name server answers", async () => {
    expect(await mayBeLookedUp("hooks.example.com", 50, await nameServer(() => {}))).toBe(false);
  });

  it.each([
    ["no such name", 3],
    ["a failure", 2],
    ["no address", 0],
  ])("is looked up when one answers, were it with %s: the system may know the name", async (_what, code) => {
    expect(await mayBeLookedUp("hooks.example.com", 5_000, await nameServer(says(code)))).toBe(true);
  });

  it.each(["localhost", "127.0.0.1", "[::1]"])("is no question for name servers when it is %s", async (host) => {
    expect(await mayBeLookedUp(host, 50, await nameServer(() => {}))).toBe(true);
  });
});

import { once } from "node:events";
import { createServer as createTcpServer, type AddressInfo, type Server } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { describe, expect, it, onTestFinished } from "vitest";
import { edgeIsBack, isThere } from "../../src/tunnels/knock.ts";
import { closedPort } from "../delivery/raw-server.ts";
import { selfSigned } from "../support/ngrok-edge/certificate.ts";
import { HandClock } from "./supervised.ts";

async function address(server: Server): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return `localhost:${(server.address() as AddressInfo).port}`;
}

describe("a knock at the edge", () => {
  it("is answered by whoever speaks TLS, trusted or not", async () => {
    const tls = createTlsServer(selfSigned("localhost"), (socket) => socket.on("error", () => {}));
    expect(await isThere(await address(tls), 5_000)).toBe(true);
  });

  it.each<[string, () => Promise<string>]>([
    ["a closed port", async () => `localhost:${await closedPort()}`],
    ["a name that does not resolve", () => Promise.resolve("nobody.invalid:443")],
    ["somebody who says nothing", () => address(createTcpServer((socket) => socket.on("error", () => {})))],
    ["somebody who hangs up", () => address(createTcpServer((socket) => socket.destroy()))],
  ])("is not answered by %s", async (_case, start) => {
    expect(await isThere(await start(), 300)).toBe(false);
  });
});

describe("an edge that is waited for", () => {
  /** Knocks every two seconds; the answers come one after the other, the last one again and again. */
  function waiting(answers: boolean[]) {
    const [clock, stop] = [new HandClock(), new AbortController()];
    const noted: { knocks: number; isBack: boolean | undefined } = { knocks: 0, isBack: undefined };
    const knock = (): Promise<boolean> => {
      noted.knocks += 1;
      return Promise.resolve(answers.length > 1 ? answers.shift()! : answers[0]!);
    };
    void edgeIsBack(knock, clock, 2_000, stop.signal).then((isBack) => (noted.isBack = isBack));
    return { clock, stop, noted };
  }

  it("is back at the first knock that is answered", async () => {
    const { clock, noted } = waiting([false, false, true]);
    await clock.advance(3_999);
    expect(noted).toEqual({ knocks: 2, isBack: undefined });
    await clock.advance(1);
    expect(noted).toEqual({ knocks: 3, isBack: true });
  });

  it("is not waited for when it was there all the time, nor after the stop", async () => {
    const there = waiting([true]);
    await there.clock.advance(60_000);
    expect(there.noted).toEqual({ knocks: 1, isBack: false });
    const { clock, stop, noted } = waiting([false, false, true]);
    await clock.advance(1_000);
    stop.abort();
    await clock.advance(60_000);
    expect(noted).toEqual({ knocks: 1, isBack: false });
  });
});

import { describe, expect, it, onTestFinished } from "vitest";
import { openConnection } from "../../src/delivery/connect.ts";
import { rawServer } from "./raw-server.ts";

describe("a connection to this machine", () => {
  it("comes about in a process that was too busy to look for half a second", async () => {
    const { port } = await rawServer(() => {});
    const to = { hostname: "localhost", port: String(port), protocol: "http:" };
    const error = await new Promise((resolve) => {
      const socket = openConnection(to, { timeoutMs: 10_000, insecure: false }, resolve);
      onTestFinished(() => void socket.destroy());
      process.nextTick(() => {
        const end = performance.now() + 600;
        while (performance.now() < end);
      });
    });
    expect(error).toBeNull();
  });
});

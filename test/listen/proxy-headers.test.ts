import { describe, expect, it } from "vitest";
import { forwardTarget } from "../../src/listen/forward-target.ts";
import { withProxyHeaders } from "../../src/listen/proxy-headers.ts";
import { listening } from "./listening.ts";
import { rawApp } from "./raw-app.ts";
import { exchange, statusOf } from "./raw-socket.ts";

const sent = [
  ["Host", "public.example"],
  ["X-FORWARDED-FOR", "203.0.113.7"],
  ["X-Forwarded-Port", "443"],
  ["x-forwarded-for", "10.0.0.1"],
] as const;

describe("what the gateway adds", () => {
  it("stands in for what a sender made up, when nothing is in front", () => {
    expect(withProxyHeaders(sent, { behindProxy: false, scheme: "http", name: "g" })).toEqual([
      ["Host", "public.example"],
      ["X-Forwarded-Port", "443"],
      ["X-Forwarded-For", "127.0.0.1"],
      ["X-Forwarded-Host", "public.example"],
      ["X-Forwarded-Proto", "http"],
      ["Via", "1.1 g"],
    ]);
  });

  it("completes what the tunnel or proxy in front said, and leaves that as it is", () => {
    expect(withProxyHeaders(sent, { behindProxy: true, scheme: "https", name: "g" })).toEqual([
      ...sent,
      ["X-Forwarded-Host", "public.example"],
      ["X-Forwarded-Proto", "https"],
      ["Via", "1.1 g"],
    ]);
  });

  it("has no X-Forwarded-Host where there was no Host", () => {
    const names = withProxyHeaders([], { behindProxy: false, scheme: "http", name: "g" }).map(([name]) => name);
    expect(names).toEqual(["X-Forwarded-For", "X-Forwarded-Proto", "Via"]);
  });

  it("goes by the public URL, and gives way to --header", async () => {
    const app = await rawApp();
    const { port } = await listening(app.port, {
      publicUrl: "https://hooks.example",
      addedHeaders: [["X-Forwarded-Host", "localhost"]],
    });
    await exchange(
      port,
      "GET / HTTP/1.1\r\nHost: hooks.example\r\nX-Forwarded-For: 9.9.9.9\r\nConnection: close\r\n\r\n",
    );
    expect(app.requests[0]?.lines.slice(2)).toEqual([
      "X-Forwarded-For: 9.9.9.9",
      "X-Forwarded-Host: localhost",
      "X-Forwarded-Proto: https",
      expect.stringMatching(/^Via: 1\.1 telepath-hooks-[0-9a-f]{12}$/),
    ]);
  });
});

describe("a request that comes back", () => {
  it("is refused with 508, whoever led it round, and told of", async () => {
    let receiver = 0;
    const app = await rawApp((socket, { lines }) => {
      const headers = lines.slice(1).filter((line) => !line.startsWith("Content-Length"));
      const again = [`POST /again HTTP/1.1`, ...headers, "Connection: close", "Content-Length: 0", "", ""].join("\r\n");
      void exchange(receiver, again).then((answer) => socket.end(answer));
    });
    const listen = await listening(app.port);
    receiver = listen.port;
    const answer = await exchange(
      receiver,
      "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
    );
    expect(statusOf(answer)).toBe(508);
    expect(app.requests).toHaveLength(1);
    expect(await listen.event("notice")).toMatchObject({ message: expect.stringContaining("508") as string });
  });

  it("from another gateway is taken", async () => {
    const app = await rawApp();
    const inner = await listening(app.port);
    const outer = await listening(null, { destination: { app: forwardTarget(`http://127.0.0.1:${inner.port}`) } });
    const answer = await exchange(outer.port, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    expect(statusOf(answer)).toBe(200);
    expect(app.requests[0]?.lines.filter((line) => line.startsWith("Via:"))).toHaveLength(2);
  });
});

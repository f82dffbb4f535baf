import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { httpie } from "../../src/dumps/exports/httpie.ts";
import type { Header } from "../../src/model/http.ts";
import { requestOf } from "./evidence.ts";

const body = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.string({ unit: "grapheme" }).map((text) => Buffer.from(text)),
  fc
    .constantFrom("-x", "--raw", "@/etc/passwd", "'\n'", "$(id)`id`$HOME", "%s\\n\\x41")
    .map((text) => Buffer.from(text)),
);

function sent(bytes: Uint8Array, ...headers: Header[]) {
  return {
    method: "POST",
    target: "/a",
    headers: [["Host", "a.test"], ...headers, ["Content-Length", String(bytes.length)]] as Header[],
    body: bytes,
  };
}

describe("an HTTPie command", () => {
  it.each([
    ["a header that is not UTF-8", ["X-A", "\xff"]],
    ["a backslash before a separator, which HTTPie drops", ["X-A", "a\\:b"]],
    ["a header that would be an option", ["-x", "a"]],
    ["space that HTTPie strips and HTTP does not", ["X-A", "a\xc2\xa0"]],
  ] as [string, Header][])("is refused for %s", (_case, header) => {
    expect(() => httpie.write(sent(Buffer.from("x"), header))).toThrow(`HTTPie cannot send the header ${header[0]}`);
  });

  it("is refused for a method HTTPie takes for a URL", () => {
    expect(() => httpie.write({ ...sent(Buffer.of()), method: "M-SEARCH" })).toThrow("the method M-SEARCH");
  });

  it("never shows the value it refuses, which may be a credential", () => {
    expect(() => httpie.write(sent(Buffer.of(), ["Authorization", "Bearer \xff hidden"]))).not.toThrow("hidden");
  });

  it("is split by a real shell into the words that our reader finds", () => {
    fc.assert(
      fc.property(body, (bytes) => {
        const script = `http() { printf '%s\\0' "$@"; case "$*" in *--ignore-stdin*) ;; *) cat ;; esac; }\n`;
        const command = httpie.write(sent(bytes, ["X-Expand", "'; id; ' $(id) `id` = @x"]));
        const output = execFileSync("sh", { input: Buffer.concat([Buffer.from(script), command]) }).toString("latin1");
        const words = output.split("\0");
        const [, rest = ""] = output.split("\0User-Agent:\0");
        const held = words.includes("--ignore-stdin") ? rest.replace(/^--raw=|\0$/g, "") : rest;
        expect(held).toBe(Buffer.from(bytes).toString("latin1"));
        expect(words).toContain("X-Expand: '; id; ' $(id) `id` = @x");
        expect(Buffer.from(requestOf(command).body).equals(bytes)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  const isThere = spawnSync("http", ["--version"]).status === 0;

  it.skipIf(!isThere)(
    "makes HTTPie send these bytes and headers (needs the program http)",
    async () => {
      const received: { url: string | undefined; headers: string[]; body: Buffer }[] = [];
      const server = createServer((incoming, answer) => {
        void buffer(incoming).then((bytes) => {
          received.push({ url: incoming.url, headers: incoming.rawHeaders, body: bytes });
          answer.end();
        });
      });
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
      const { port } = server.address() as AddressInfo;
      const bodies = [
        Buffer.from([0, 10, 13, 255, 37, 92]),
        Buffer.from('{"é": "it\'s"}\n'),
        Buffer.from("-x"),
        Buffer.from("@x"),
        Buffer.alloc(0),
      ];
      const headers: Header[] = [
        ["Host", "h"],
        ["X-Telepath-Signature", "sha256=00"],
        ["X-Odd", "=a:b;c@d \\ é".replace("é", "\xc3\xa9")],
        ["X-At", "@/etc/passwd"],
        ["X-Twice", "1"],
        ["X-Twice", "2"],
        ["X-Empty", ""],
      ];
      const url = `http://127.0.0.1:${port}/a/../b?x=%20y`;
      const requests = bodies.map((bytes) => ({ ...sent(bytes), headers, url }));
      const chunked = { ...requests[1]!, headers: [...headers, ["Transfer-Encoding", "chunked"]] as Header[] };
      const shell = spawn("sh", { stdio: ["pipe", "ignore", "ignore"] });
      shell.stdin.end(httpie.write(...requests, chunked));
      await once(shell, "close");
      server.close();
      expect(received.map((one) => one.body)).toEqual([...bodies, bodies[1]]);
      expect(new Set(received.map((one) => one.url))).toEqual(new Set(["/a/../b?x=%20y"]));
      for (const one of received) expect(pairs(one.headers)).toEqual(pairs(headers.flat()));
    },
    60_000,
  );
});

/** In alphabetical order, without what the client decides: the framing, and what HTTPie 3.2 sends in spite of `Name:`. */
function pairs(flat: string[]): string[] {
  return flat
    .flatMap((name, index) => (index % 2 === 0 ? [`${name}: ${flat[index + 1]}`] : []))
    .filter((line) => !/^(?:Content-Length|Transfer-Encoding|Accept-Encoding|User-Agent):/.test(line))
    .toSorted();
}

import { readdirSync } from "node:fs";
import { describe, expect, it, onTestFinished } from "vitest";
import { clockFinding } from "../../src/cli/doctor/clock.ts";
import { spaceFinding } from "../../src/cli/doctor/data-folder.ts";
import { ok, skipped, type Found } from "../../src/cli/doctor/finding.ts";
import { checks } from "../../src/cli/doctor/index.ts";
import { nodeFinding } from "../../src/cli/doctor/node.ts";
import { findingsOf } from "../../src/cli/doctor/run.ts";
import type { Check, Subject } from "../../src/cli/doctor/subject.ts";
import { tryTunnel } from "../../src/cli/doctor/tunnel.ts";
import { nodeRange } from "../../src/cli/version.ts";
import type { Transport } from "../../src/delivery/transport.ts";
import { createTransport } from "../../src/delivery/undici.ts";
import { TelepathError } from "../../src/model/errors.ts";
import { ngrokTunnels } from "../../src/tunnels/ngrok.ts";
import { startEdge, type Edge } from "../support/ngrok-edge/edge.ts";
import { configFile } from "../support/ngrok-edge/user.ts";
import { app } from "./app.ts";
import { freshFolder } from "./run.ts";

function hasRun(value: unknown): boolean {
  return typeof value === "object" && value !== null && "run" in value;
}

describe("the versions of Node", () => {
  it.each([
    ["v18.20.0", "problem"],
    ["v20.18.9", "problem"],
    ["v20.19.0", "ok"],
    ["v21.7.3", "problem"],
    ["v22.12.0", "problem"],
    ["v22.13.0", "ok"],
    ["v23.11.0", "problem"],
    ["v24.0.0", "ok"],
    ["v26.1.0-nightly20260101abc", "ok"],
  ])("%s: %s", (version, status) => {
    expect(nodeFinding(version, nodeRange).status).toBe(status);
  });

  it("are never guessed from a range that is not understood", () => {
    expect(() => nodeFinding("v20.0.0", "20.x")).toThrow("not understood");
  });
});

describe("the space on the disk", () => {
  const [mb, gb] = [1024 ** 2, 1024 ** 3];
  it.each([
    [2 * mb, gb, ["problem"]],
    [50 * mb, gb, ["warning"]],
    [500 * mb, gb, ["warning"]],
    [2 * gb, gb, []],
    [50 * mb, 20 * mb, []],
  ])("%i bytes for a history of at most %i: %j", (free, most, statuses) => {
    expect(spaceFinding(free, most).map(({ status }) => status)).toEqual(statuses);
  });
});

describe("the clock", () => {
  it.each([
    [0, "ok"],
    [1999, "ok"],
    [-2400, "ok"],
    [10_000, "warning"],
    [-61_000, "problem"],
    [3_600_000, "problem"],
  ])("that is off by %i ms: %s", (off, status) => {
    expect(clockFinding(1e12, 1e12 + off, 500).status).toBe(status);
  });
});

describe("running the checks", () => {
  const subject = (interrupted = new AbortController().signal) => ({ context: { interrupted } }) as unknown as Subject;
  const check = (name: string, run: Check["run"], withinMs?: number): Check =>
    withinMs === undefined ? { name, run } : { name, run, withinMs };
  async function statuses(some: Check[]): Promise<string[]> {
    const found: string[] = [];
    for await (const finding of findingsOf(some, subject())) found.push(`${finding.check} ${finding.status}`);
    return found;
  }

  it("goes on after one that fails, one that the system stops, and after one that never answers", async () => {
    const fails = check("a", () => {
      throw new TelepathError("X", "broken", "mend it");
    });
    const hangs = check("b", () => new Promise<Found[]>(() => {}), 20);
    const stopped = check("s", () => Promise.reject(Object.assign(new Error("no"), { code: "EIO" })));
    expect(await statuses([fails, stopped, hangs, check("c", () => [ok("fine"), skipped("why")])])).toEqual([
      "a problem",
      "s problem",
      "b problem",
      "c ok",
      "c skipped",
    ]);
  });

  it("does not take a bug for a finding", async () => {
    const bug = check("a", () => Promise.reject(new TypeError("x is not a function")));
    await expect(statuses([bug])).rejects.toThrow(TypeError);
  });

  it("ends at once when interrupted", async () => {
    const interruption = new AbortController();
    const hangs = check("a", () => {
      interruption.abort();
      return new Promise<Found[]>(() => {});
    });
    const found: unknown[] = [];
    for await (const finding of findingsOf([hangs], subject(interruption.signal))) found.push(finding);
    expect(found).toEqual([]);
  });

  it("lists every check there is a file for", async () => {
    const folder = "src/cli/doctor";
    const modules = await Promise.all(
      readdirSync(folder).map(
        (name) => import(`../../src/cli/doctor/${name.replace(".ts", "")}.ts`) as Promise<Record<string, unknown>>,
      ),
    );
    const made = modules.flatMap((module) => Object.values(module)).filter((value) => hasRun(value));
    expect(new Set(checks)).toEqual(new Set(made));
  });

  it("has a name for each that fits its column", () => {
    const names = checks.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name.length).toBeLessThan(15);
  });
});

describe("trying a tunnel", () => {
  /** The real SDK and the real transport; the tunnel's name leads to the edge on loopback, as DNS would. */
  async function trial(resolve: (edge: Edge, url: string) => Promise<string>, now = Date.now): Promise<Found[]> {
    const edge = await startEdge();
    onTestFinished(() => edge.close());
    const home = freshFolder();
    const configPath = await configFile(edge, home);
    const tunnels = ngrokTunnels({ env: {}, home, platform: "linux", configPath, version: "0.0.1" });
    const transport = createTransport({ connections: 1 });
    onTestFinished(() => transport.close());
    const resolving: Transport = {
      exchange: async (request) => transport.exchange({ ...request, origin: await resolve(edge, request.origin) }),
      close: () => Promise.resolve(),
    };
    const found = await tryTunnel({ tunnels, transport: resolving, now, domain: undefined });
    expect(edge.tunnels.size).toBe(0);
    return found;
  }

  it("knows an answer that is somebody else's", async () => {
    const stranger = await app((_, response) => response.end("hello"));
    const found = await trial(() => Promise.resolve(stranger.url));
    expect(found[1]).toMatchObject({
      status: "problem",
      message: "something else answered 200 in place of this machine",
    });
  });

  it("names the code of ngrok's own answer", async () => {
    const found = await trial(async (edge, url) => {
      const origin = await edge.origin(url);
      edge.tunnels.clear();
      return origin;
    });
    expect(found[1]).toMatchObject({
      status: "problem",
      message: "ngrok answered 404 in place of this machine: nobody serves this name at ngrok (ERR_NGROK_3200)",
      fix: expect.stringContaining("start listen again") as string,
    });
  });

  it("says that the name cannot be reached from here, which others perhaps can", async () => {
    const found = await trial(() => Promise.resolve("http://127.0.0.1:1"));
    expect(found[1]).toMatchObject({ status: "warning", fix: expect.stringContaining("curl -i https://") as string });
  });

  it("makes a request that comes back, and compares the clock with the answer's Date", async () => {
    const found = await trial((edge, url) => edge.origin(url));
    expect(found.map(({ status }) => status)).toEqual(["ok", "ok", "ok"]);
    expect(found[1]?.message).toMatch(/^a request through it came back in /);
    const late = await trial(
      (edge, url) => edge.origin(url),
      () => Date.now() - 600_000,
    );
    expect(late[2]).toMatchObject({
      status: "problem",
      message: expect.stringMatching(/10 m 0 s|9 m 59 s|10 m 1 s/) as string,
    });
  });
});

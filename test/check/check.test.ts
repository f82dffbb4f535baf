import { readdirSync } from "node:fs";
import { readFileSync } from "node:fs";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { createServer as createTlsServer } from "node:tls";
import { describe, expect, it, onTestFinished } from "vitest";
import { riseOf } from "../../src/check/counter.ts";
import { closedPort } from "../delivery/raw-server.ts";
import { freshFolder, jsonLines, run, type Ran } from "../cli/run.ts";
import { selfSigned } from "../support/ngrok-edge/certificate.ts";
import { defects } from "./defects.ts";
import { receiver, right, secret } from "./receiver.ts";

const env = { TELEPATH_WEBHOOK_SECRET: secret };

interface Line {
  type: string;
  group: string;
  name: string;
  verdict: string;
  got: string;
  advice: string;
  deliveryIds: string[];
}

const casesIn = ({ stdout }: Ran) => jsonLines<Line>(stdout).filter(({ type }) => type === "case");
const named = (ran: Ran, verdict: string) =>
  casesIn(ran).flatMap((each) => (each.verdict === verdict ? [`${each.group}/${each.name}`] : []));

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Hears of a client's first bytes, and says nothing. */
const silent = (onData: () => void) =>
  createServer((socket: Socket) => {
    socket.on("error", () => {}).once("data", onData);
    onTestFinished(() => void socket.destroy());
  });

/** So slow that no machine is, unless slowness is what is looked for. */
const notSlow = ["--slow", "1m"];

describe("check convicts a receiver of its own defect and of nothing else", () => {
  it.each(defects)("$name", async ({ step, fails = [], warns = [] }) => {
    const { url } = await receiver(step());
    const probe = fails.includes("delivery/processed-once") ? ["--probe-url", `${url}/count`] : [];
    const slow = warns.includes("limits/answer-time") ? ["--slow", "50ms"] : notSlow;
    const ran = await run(["check", `${url}/hooks`, "--json", "--no-history", ...probe, ...slow], { env });
    expect({ fails: named(ran, "fail"), warns: named(ran, "warn") }).toEqual({ fails, warns });
    expect(ran.exitCode).toBe(fails.length > 0 ? 1 : 0);
  });

  it("passes a receiver that does everything right, in every case", async () => {
    const { url } = await receiver();
    const ran = await run(["check", url, "--json", "--probe-url", `${url}/count`, ...notSlow], { env });
    expect(named(ran, "fail")).toEqual([]);
    expect(named(ran, "warn")).toEqual([]);
    expect(named(ran, "skip")).toEqual(["url/https", "url/certificate"]);
    expect(ran.exitCode).toBe(0);
  });

  it("says at which case a receiver crashed, and blames no other", async () => {
    const crashing = await receiver({
      parse(body) {
        if (body.length === 0) crashing.close();
        return right.parse(body);
      },
    });
    const ran = await run(["check", crashing.url, "--json", ...notSlow], { env });
    expect(named(ran, "fail")).toEqual(["payload/empty-body"]);
    const [crash, next] = casesIn(ran).slice(casesIn(ran).findIndex(({ name }) => name === "empty-body"));
    expect(crash!.got).toContain("nothing listens there any more");
    expect(next).toMatchObject({ verdict: "skip", got: "the endpoint stopped listening at payload/empty-body" });
  });
});

describe("check, when it cannot run", () => {
  it.each([
    ["nothing listens", async () => [`http://127.0.0.1:${await closedPort()}`], "nothing listens on 127.0.0.1:"],
    ["a public endpoint without --yes", () => ["https://hooks.example.com/x"], "add --yes if it is yours to test"],
    ["a group that does not exist", () => ["http://localhost:1", "--group", "signatur"], "did you mean signature?"],
    ["a case that does not exist", () => ["http://localhost:1", "--case", "payload/unicod"], "payload/unicode?"],
    ["a URL and a port", () => ["http://localhost:1", "--port", "1"], "give one of them"],
    ["a report without a form", () => ["http://localhost:1", "--output", "x"], "add --report junit or"],
  ])("exits 2 for %s", async (_what, argv, words) => {
    const ran = await run(["check", ...(await argv())], { env });
    expect(ran.exitCode).toBe(2);
    expect(ran.stderr).toContain(words);
  });

  it.each([
    ["a URL", (url: string) => ["--probe-url", url]],
    ["a command", (url: string) => ["--probe-command", `curl -fsS ${url}`]],
  ])("ends at a Ctrl-C, whatever %s that counts is at", async (_what, probe) => {
    const { url, count } = await receiver();
    const controller = new AbortController();
    const hanging = `http://${await listening(silent(() => controller.abort()))}`;
    const ran = await run(["check", url, ...probe(hanging)], {
      env: { ...env, PATH: process.env["PATH"] ?? "" },
      interrupted: controller.signal,
    });
    expect(ran).toMatchObject({ exitCode: 130, stdout: "" });
    expect(count).toBe(0);
  });

  it("leaves nothing behind when nothing listens: no secret, no history", async () => {
    const cwd = freshFolder();
    await run(["check", `http://127.0.0.1:${await closedPort()}`], { cwd });
    expect(readdirSync(cwd)).toEqual(["package.json"]);
  });

  it("exits 2 for a probe that gives no count, before anything is sent", async () => {
    const { url, count } = await receiver();
    const ran = await run(["check", url, "--probe-command", "echo none"], { env });
    expect(ran).toMatchObject({ exitCode: 2, stdout: "" });
    expect(ran.stderr).toContain("the probe gave no count");
    expect(count).toBe(0);
  });
});

describe("check", () => {
  it("runs the cases that are asked for, by group and by name", async () => {
    const { url } = await receiver();
    const ran = await run(["check", url, "--json", "--group", "http", "--case", "unicode"], { env });
    expect(casesIn(ran).map(({ name }) => name)).toEqual([
      "unicode",
      "get",
      "head",
      "content-type",
      "expect-continue",
      "chunked",
    ]);
  });

  it("lists every case without an endpoint", async () => {
    const ran = await run(["check", "--list", "--json"]);
    expect(ran.exitCode).toBe(0);
    const ids = casesIn(ran).map(({ group, name }) => `${group}/${name}`);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { fails = [], warns = [] } of defects) expect(ids).toEqual(expect.arrayContaining([...fails, ...warns]));
  });

  it("puts what it sent on record, and keeps none with --no-history", async () => {
    const { url } = await receiver();
    const cwd = freshFolder();
    const ran = await run(["check", url, "--json", "--case", "duplicate"], { env, cwd });
    const { deliveryIds } = casesIn(ran)[0]!;
    expect(deliveryIds).toHaveLength(2);
    const log = await run(["log", "--json"], { env, cwd });
    expect(jsonLines(log.stdout).map(({ id }) => id)).toEqual(deliveryIds);

    const without = await run(["check", url, "--json", "--case", "duplicate", "--no-history"], { env, cwd });
    expect(casesIn(without)[0]!.deliveryIds).toEqual([]);
  });

  it("counts what was processed through a command, too", async () => {
    const { url } = await receiver();
    const probe = ["--probe-command", `curl -fsS ${url}/count`];
    const ran = await run(["check", url, "--json", "--case", "processed-once", ...probe], {
      env: { ...env, PATH: process.env["PATH"] ?? "" },
    });
    expect(casesIn(ran)).toMatchObject([{ verdict: "pass", got: "a count that rose by 1" }]);
  });

  it("takes a count that never rests as it is", async () => {
    let count = 0;
    const busy = { read: () => Promise.resolve((count += 1)) };
    expect(await riseOf(busy, 0, { rise: 1000, quiet: 1000, most: 20, look: 1 })).toBeGreaterThan(0);
  });

  describe("certificate", () => {
    /** The same machine by a name that counts as a public one. */
    const publicName = (host: string) => host.replace("127.0.0.1", "https://[::ffff:127.0.0.1]");
    const argv = (host: string) => ["check", publicName(host), "--yes", "--json", "--case", "certificate"];

    it("fails with what the handshake failed of", async () => {
      const server = createTlsServer(selfSigned("localhost"), (socket) => socket.on("error", () => {}));
      const ran = await run(argv(await listening(server)), { env });
      expect(casesIn(ran)).toMatchObject([{ verdict: "fail", got: "self-signed certificate" }]);
    });

    it("ends at a Ctrl-C while a server keeps silent", async () => {
      const controller = new AbortController();
      const host = await listening(silent(() => controller.abort()));
      const cwd = freshFolder({ "report.html": "earlier" });
      const report = ["--report", "html", "--output", "report.html"];
      const ran = await run([...argv(host), ...report], { env, cwd, interrupted: controller.signal });
      expect(ran.exitCode).toBe(130);
      expect(casesIn(ran)).toEqual([]);
      expect(readFileSync(join(cwd, "report.html"), "utf8")).toBe("earlier");
    });
  });

  it("gives an advice with every case, as --json promises", async () => {
    const { url } = await receiver();
    const ran = await run(["check", url, "--json", "--case", "get", "--case", "url/https"], { env });
    expect(casesIn(ran).map(({ verdict, advice }) => [verdict, typeof advice])).toEqual([
      ["skip", "string"],
      ["pass", "string"],
    ]);
  });

  it("fails for a warning with --strict", async () => {
    const { url } = await receiver(defects.find(({ name }) => name.startsWith("answers 413"))!.step());
    const argv = ["check", url, "--case", "large-body"];
    expect((await run(argv, { env })).exitCode).toBe(0);
    expect((await run([...argv, "--strict"], { env })).exitCode).toBe(1);
  });

  it("says under a failed case what was sent, what was expected and how to mend it", async () => {
    const { url } = await receiver({ refusal: () => "\u001b[2J\nno" });
    const ran = await run(["check", url, "--case", "get", "--case", "signature/valid", "--framework", "express"], {
      env: { TELEPATH_WEBHOOK_SECRET: "whsec_another" },
    });
    expect(ran.stdout.split("\n").slice(0, 11)).toEqual([
      "",
      "signature",
      String.raw`  ✗ valid                        401 "\x1b[2J"`,
      "      sent     a rightly signed call.started",
      "      expected 2xx",
      expect.stringMatching(/^ {6}mend {5}give the endpoint the secret/),
      expect.stringMatching(/^ {6}look {5}telepath-hooks show [0-9A-Z]{6}$/),
      "",
      "http",
      "  – get                          nothing to learn here while signature/valid fails",
      "",
    ]);
    expect(ran.stdout).toContain("The raw body and its signature in Express\n\n    import express");
    expect(ran.stdout).toMatch(/\n2 cases: 0 passed, 1 failed, 1 skipped in .*\n$/);
  });

  it("draws cases that were skipped for one reason as one", async () => {
    const { url } = await receiver(defects[0]!.step());
    const ran = await run(["check", url, "--group", "signature"], { env, tty: true, columns: 60 });
    expect(ran.stdout.match(/nothing to learn here/g)).toHaveLength(1);
    expect(ran.stdout).toContain("      missing, tampered-body, ");
  });

  it("tells no sender and no reader the secret, nor a right signature that leaked", async () => {
    const { url } = await receiver(defects.find(({ name }) => name.startsWith("tells"))!.step());
    const ran = await run(["check", url, "--group", "signature", "--case", "retry-after-failure"], { env });
    expect(ran.stdout).toContain("an answer with the right signature in it");
    expect(ran.stdout).toContain("401, with the right signature in it");
    expect(ran.stdout).not.toMatch(/[\da-f]{10}/);
    expect(ran.stdout + ran.stderr).not.toContain(secret);
  });
});

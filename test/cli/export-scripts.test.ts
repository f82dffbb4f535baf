import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { sign, verify } from "../../src/index.ts";
import { app, type Received } from "./app.ts";
import { attempt, projectWith, type Recorded } from "./recorded.ts";
import { freshFolder, run } from "./run.ts";

const secret = "whsec_of the one who runs it é";
const old = `sha256=${"0".repeat(64)}`;

const ended: Recorded = {
  target: "/hooks?a=b",
  headers: [
    ["Host", "public.example.com"],
    ["Content-Length", "3"],
    ["Transfer-Encoding", "chunked"],
    ["X-Telepath-Signature", old],
    ["X-Twice", "a"],
    ["x-twice", "b"],
    ["__proto__", "c"],
  ],
  body: Buffer.from('{ "event":"call.ended","call_id":"call_1","note":"ü </script> ${1} `x` \u2028" }\n'),
};
const binary: Recorded = { headers: [], body: Buffer.from([0, 0xff, 0x27, 0x22, 0x5c]), event: null, callId: null };
const hostile: Recorded = {
  target: '/"+process.exit(9)+"',
  headers: [['X-"],process.exit(9),["', "'\"`${process.exit(9)}\r\n*/"]],
  body: Buffer.from('{"event":"\\"),process.exit(9),(\\"","call_id":"*/process.exit(9)//"}'),
  event: '"),process.exit(9),("',
};

/** The script that `export` writes of these, into a new file in the folder. */
async function exported(format: string, file: string, folder: string, ...deliveries: Recorded[]): Promise<string> {
  const { cwd } = await projectWith(...deliveries);
  const env = { TELEPATH_WEBHOOK_SECRET: secret };
  const path = join(folder, file);
  const ran = await run(["export", "--since", "1h", "--format", format, "--output", path], { cwd, env });
  expect(ran).toMatchObject({ exitCode: 0 });
  const script = readFileSync(path, "utf8");
  for (const hidden of [secret, old]) expect(script).not.toContain(hidden);
  return script;
}

describe("export --format k6", () => {
  /** k6's modules as far as the script uses them, with Node's HMAC; `http` prints what it is asked to send. */
  const modules: Record<string, string> = {
    "index.js": `export const check = (answer, checks) => { for (const [name, holds] of Object.entries(checks)) if (holds(answer) !== true) throw new Error(name); };`,
    "crypto.js": `import { createHmac } from "node:crypto";
      export default { hmac: (algorithm, key, data, output) => createHmac(algorithm, key).update(typeof data === "string" ? data : new Uint8Array(data)).digest(output) };`,
    "encoding.js": `export default { b64decode: (text) => { const b = Buffer.from(text, "base64"); return b.buffer.slice(b.byteOffset, b.byteOffset + b.length); } };`,
    "http.js": `export default { request(method, url, body, params) {
      if (typeof body !== "string" && !(body instanceof ArrayBuffer)) throw new Error("no body k6 takes");
      console.log(JSON.stringify({ method, url, body: Buffer.from(body).toString("base64"), ...params }));
      return { status: 204 };
    } };`,
    "package.json": `{"name":"k6","type":"module","exports":{".":"./index.js","./*":"./*.js"}}`,
  };

  interface Sent {
    method: string;
    url: string;
    body: string;
    headers: Record<string, string>;
  }

  /** Runs the script's function so often, as k6 would, each time as the next iteration. */
  function iterate(folder: string, times: number, env: Record<string, string>): Sent[] {
    mkdirSync(join(folder, "node_modules/k6"), { recursive: true });
    for (const [name, text] of Object.entries(modules)) writeFileSync(join(folder, "node_modules/k6", name), text);
    const driver = `globalThis.__ENV = ${JSON.stringify(env)}; globalThis.__VU = 7;
      const { default: iteration } = await import("./load.mjs");
      for (globalThis.__ITER = 0; __ITER < ${times}; __ITER += 1) iteration();`;
    writeFileSync(join(folder, "driver.mjs"), driver);
    const output = execFileSync(process.execPath, ["driver.mjs"], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
    return output
      .toString()
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Sent);
  }

  it("is a script that parses, and refuses to run without a secret", async () => {
    const folder = freshFolder();
    await exported("k6", "load.mjs", folder, ended, binary, hostile);
    execFileSync(process.execPath, ["--check", join(folder, "load.mjs")]);
    expect(() => iterate(folder, 1, {})).toThrow("set the secret");
  });

  it("sends each in turn, to the byte, signed with the secret it is given", async () => {
    const folder = freshFolder();
    const toApp = { ...ended, attempts: [attempt({ url: "http://localhost:3000/hooks?a=b" })] };
    await exported("k6", "load.mjs", folder, toApp, binary);
    const sent = iterate(folder, 3, { TELEPATH_WEBHOOK_SECRET: secret });
    const bodies = sent.map(({ body }) => Buffer.from(body, "base64"));
    expect(bodies).toEqual([ended.body, binary.body, ended.body]);
    for (const [index, { headers }] of sent.entries()) {
      expect(verify(bodies[index]!, headers["X-Telepath-Signature"], secret)).toBe(true);
    }
    expect(sent[0]).toMatchObject({
      method: "POST",
      url: "http://localhost:3000/hooks?a=b",
      redirects: 0,
      timeout: "30s",
    });
    expect(Object.entries(sent[0]!.headers).filter(([name]) => name !== "X-Telepath-Signature")).toEqual([
      ["X-Twice", "a, b"],
      ["__proto__", "c"],
    ]);
  });

  it("gives each call an id of its own where that is asked for, and another target", async () => {
    const folder = freshFolder();
    await exported("k6", "load.mjs", folder, ended);
    const env = { TELEPATH_WEBHOOK_SECRET: secret, UNIQUE: "1", TARGET: "http://localhost:9/x" };
    const sent = iterate(folder, 2, env);
    expect(sent.map(({ url }) => url)).toEqual(["http://localhost:9/x", "http://localhost:9/x"]);
    const bodies = sent.map(({ body }) => Buffer.from(body, "base64").toString());
    expect(bodies.map((body) => (JSON.parse(body) as { call_id: string }).call_id)).toEqual([
      "call_1-7-0",
      "call_1-7-1",
    ]);
    for (const [index, { headers }] of sent.entries()) {
      expect(verify(bodies[index]!, headers["X-Telepath-Signature"], secret)).toBe(true);
    }
  });

  it("runs nothing of what a sender sent", async () => {
    const folder = freshFolder();
    await exported("k6", "load.mjs", folder, hostile);
    const [sent] = iterate(folder, 1, { TELEPATH_WEBHOOK_SECRET: secret });
    expect(Buffer.from(sent!.body, "base64")).toEqual(hostile.body);
  });
});

describe("export --format vitest", () => {
  /** A project with vitest and this package installed, and the test in it. */
  async function projectWithTest(...deliveries: Recorded[]): Promise<string> {
    const folder = freshFolder({ "package.json": '{"type":"module"}' });
    mkdirSync(join(folder, "node_modules"));
    symlinkSync(resolve("."), join(folder, "node_modules/telepath-hooks"));
    symlinkSync(resolve("node_modules/vitest"), join(folder, "node_modules/vitest"));
    await exported("vitest", "webhook.test.js", folder, ...deliveries);
    return folder;
  }

  interface Report {
    success: boolean;
    testResults: { assertionResults: { title: string; status: string; failureMessages: string[] }[] }[];
  }

  async function tested(folder: string, env: Record<string, string>): Promise<Report> {
    const argv = [resolve("node_modules/vitest/vitest.mjs"), "run", "--root", folder, "--reporter=json"];
    const { PATH = "", HOME = "" } = process.env;
    const options = { cwd: folder, env: { PATH, HOME, ...env }, timeout: 60_000 };
    const failed = (error: { stdout: string }) => error;
    const { stdout } = await promisify(execFile)(process.execPath, argv, options).catch(failed);
    return JSON.parse(stdout.slice(stdout.indexOf("{"))) as Report;
  }

  const judging = ({ headers, body }: Received): number =>
    headers.some(([name, value]) => name === "X-Telepath-Signature" && value === sign(body, secret)) ? 200 : 401;

  it("passes against an app that takes what is signed, which gets it header by header and byte by byte", async () => {
    const { url, received } = await app((request, response) => response.writeHead(judging(request)).end());
    const sentTo = (path: string) => ({ attempts: [attempt({ url: `${url}${path}` })] });
    const folder = await projectWithTest(
      { ...ended, ...sentTo("/hooks?a=b") },
      { ...binary, ...sentTo("/") },
      { ...hostile, ...sentTo("/") },
    );
    const report = await tested(folder, { TELEPATH_WEBHOOK_SECRET: secret });
    expect(report.testResults[0]?.assertionResults.map(({ title, status }) => [title, status])).toEqual([
      ["call.ended is answered with 2xx", "passed"],
      ["POST /webhooks is answered with 2xx", "passed"],
      ['"),process.exit(9),(" is answered with 2xx', "passed"],
    ]);
    expect(received.map(({ body }) => body)).toEqual([ended.body, binary.body, hostile.body]);
    expect(received[0]).toMatchObject({ method: "POST", url: "/hooks?a=b" });
    const names = received[0]!.headers.map(([name]) => name).filter((name) => name !== "Connection");
    expect(names).toEqual(["Host", "Content-Length", "X-Twice", "x-twice", "__proto__", "X-Telepath-Signature"]);
  });

  it("fails against an app that refuses it, and without a secret", async () => {
    const { url } = await app((request, response) => response.writeHead(judging(request)).end());
    const folder = await projectWithTest(ended);
    const wrong = await tested(folder, { TELEPATH_WEBHOOK_SECRET: "whsec_another", TELEPATH_HOOKS_TO: url });
    expect(wrong.testResults[0]?.assertionResults).toMatchObject([{ status: "failed" }]);
    const none = await tested(folder, { TELEPATH_HOOKS_TO: url });
    expect(none.testResults[0]?.assertionResults[0]?.failureMessages[0]).toContain("no signing secret");
  });
});

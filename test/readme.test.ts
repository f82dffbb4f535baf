import { readFileSync } from "node:fs";
import { writeFile, mkdir, rm } from "node:fs/promises";
import { execFileSync } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { assumptions } from "../src/contract/assumptions.ts";
import { sign } from "../src/index.ts";
import { freshFolder, run, type Ran } from "./cli/run.ts";
import { startEdge } from "./support/ngrok-edge/edge.ts";
import { configFile } from "./support/ngrok-edge/user.ts";

const readme = readFileSync("README.md", "utf8");
const secret = "whsec_readme";

/** The code blocks of the README in one language. */
function blocks(language: string): string[] {
  return [...readme.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].flatMap(([, found, code]) =>
    found === language ? [code!] : [],
  );
}

/** Every line of the README that runs the tool, as words; quotes as a shell reads them. */
const commands = blocks("sh")
  .flatMap((block) => block.split("\n"))
  .filter((line) => line.includes("telepath-hooks "))
  .map((line) => line.replace(/\s+#.*$/, ""));

function words(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
}

describe("the README", () => {
  it("has exactly two set-up commands, and both are scripts of the package", () => {
    const setUp = blocks("sh").filter((block) => block.includes("npm ci"));
    expect(setUp).toHaveLength(2);
    const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as { scripts: Record<string, string> };
    for (const block of setUp) expect(scripts).toHaveProperty([/npm run (\w+)/.exec(block)![1]!]);
    expect(readFileSync(".ci/run", "utf8")).toContain("npm ci && npm run check");
  });

  it("runs as written, command by command, in the order in which they stand", { timeout: 120_000 }, async () => {
    expect(commands.length).toBeGreaterThan(25);
    const app = await startApp();
    const cwd = freshFolder({
      "request.http": signedRequest(),
      "captures/one.http": signedRequest(),
      "body.json": '{"event":"call.ended"}',
      "telepath-hooks.config.json": JSON.stringify({ port: app.port }),
    });
    const env = { TELEPATH_WEBHOOK_SECRET: secret, HOME: await homeWithTunnel() };
    for (const command of commands) {
      const ran = await runLine(command, { cwd, env, port: String(app.port) });
      expect(`${command} → ${ran.exitCode}\n${ran.stderr}`).toContain(`${command} → 0\n`);
      expect(ran.stdout + ran.stderr).not.toContain(command.includes("secret") ? "error:" : secret);
    }
  });

  it("has a library example that runs as written", async () => {
    const [example = ""] = blocks("js");
    const folder = `.cache/readme-${process.pid}`;
    await mkdir(folder, { recursive: true });
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    await writeFile(`${folder}/example.mjs`, example);
    expect(execFileSync(process.execPath, [`${folder}/example.mjs`]).toString()).toBe("12\n");
  });

  it("points to a page that names every assumption", () => {
    const page = readFileSync("docs/contract.md", "utf8");
    for (const { subject } of assumptions) expect(page).toContain(`| ${subject} `);
  });
});

/** An app that accepts what is signed and refuses the rest. */
async function startApp(): Promise<{ port: number }> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const good = request.headers["x-telepath-signature"] === sign(Buffer.concat(chunks), secret);
      response.writeHead(good ? 200 : 401).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { port: (server.address() as AddressInfo).port };
}

/** A home whose ngrok configuration leads to a stand-in of ngrok's edge. */
async function homeWithTunnel(): Promise<string> {
  const edge = await startEdge();
  onTestFinished(() => edge.close());
  const home = freshFolder();
  const folder = `${home}/${process.platform === "darwin" ? "Library/Application Support" : ".config"}/ngrok`;
  await mkdir(folder, { recursive: true });
  await configFile(edge, folder);
  return home;
}

function signedRequest(): string {
  const body = '{"event":"call.ended","call_id":"call_readme123"}';
  const head = ["POST /webhooks HTTP/1.1", "Host: hooks.example.com", `X-Telepath-Signature: ${sign(body, secret)}`];
  return [...head, `Content-Length: ${body.length}`, "", body].join("\r\n");
}

interface Place {
  cwd: string;
  env: Record<string, string>;
  port: string;
}

async function runLine(command: string, place: Place): Promise<Ran> {
  const [feed, ...rest] = command.split(" | ");
  const argv = words(rest.at(-1) ?? feed!)
    .slice(1)
    .map((word) => word.replace("3000", place.port));
  if (argv[0] === "listen") return await listenUntilReady(argv, place);
  const piped = rest.length > 0 ? { stdin: readFileSync(`${place.cwd}/${words(feed!)[1]}`) } : {};
  return await run(argv, { ...place, ...piped });
}

/** Runs `listen` until it is ready; one with `--until` until it has had what it waits for, others until Ctrl-C. */
async function listenUntilReady(argv: string[], place: Place): Promise<Ran> {
  const interruption = new AbortController();
  const until = argv.includes("--until") ? Number(argv[argv.indexOf("--until") + 1]) : 0;
  return await run([...argv, "--json"], {
    ...place,
    interrupted: interruption.signal,
    onStdout: (text) => {
      if (!text.includes('"type":"ready"')) return;
      if (until === 0) return interruption.abort();
      const { localUrl } = JSON.parse(text) as { localUrl: string };
      void Promise.all(Array.from({ length: until }, () => fetch(localUrl, { method: "POST", body: "{}" })));
    },
  });
}

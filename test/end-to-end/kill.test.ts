import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { Agent, request as httpRequest } from "node:http";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { openHistory } from "../../src/history/sqlite.ts";
import { freshFolder } from "../cli/run.ts";
import { rawApp } from "../listen/raw-app.ts";

const bin = fileURLToPath(new URL("../../bin/telepath-hooks.js", import.meta.url));

async function startListen(cwd: string, appPort: number): Promise<{ child: ChildProcess; port: number }> {
  const argv = ["listen", "--port", String(appPort), "--tunnel", "none", "--json"];
  const child = spawn(process.execPath, [bin, ...argv], {
    cwd,
    env: { ...process.env, TELEPATH_WEBHOOK_SECRET: "a secret of this test" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const lines = createInterface({ input: child.stdout });
  const [line] = (await once(lines, "line")) as [string];
  return { child, port: Number(new URL((JSON.parse(line) as { localUrl: string }).localUrl).port) };
}

/** Resolves to the status, or to null when the connection broke. */
function post(port: number, agent: Agent, body: string): Promise<number | null> {
  return new Promise((resolve) => {
    const request = httpRequest({ port, host: "127.0.0.1", method: "POST", path: "/hooks", agent }, (response) => {
      response.resume().on("end", () => resolve(response.statusCode ?? null));
      response.on("error", () => resolve(null));
    });
    request.on("error", () => resolve(null));
    request.end(body);
  });
}

const answeredBeforeTheKill = [1, 500];

it.each(answeredBeforeTheKill)(
  "kill -9 under load, after %i answers: each request answered 2xx is in the history, whole",
  async (enough) => {
    const app = await rawApp();
    const cwd = freshFolder();
    const { child, port } = await startListen(cwd, app.port);
    const agent = new Agent({ keepAlive: true, maxSockets: 40 });
    const answered: string[] = [];

    const sender = async (name: number): Promise<void> => {
      for (let round = 0; ; round += 1) {
        const body = `{"event":"call.ended","call_id":"call_${name}_${round}","x":"${"é".repeat(round % 700)}"}`;
        const status = await post(port, agent, body);
        if (status === null) return;
        expect(status).toBe(200);
        answered.push(body);
        if (answered.length === enough) child.kill("SIGKILL");
      }
    };
    await Promise.all(Array.from({ length: 40 }, (_, name) => sender(name)));
    agent.destroy();

    expect(answered.length).toBeGreaterThanOrEqual(enough);
    const history = await openHistory(join(cwd, ".telepath-hooks"));
    onTestFinished(() => history.close());
    const kept = new Set([...history.find({ source: "listen" })].map(({ body }) => Buffer.from(body).toString()));
    expect(answered.filter((body) => !kept.has(body))).toEqual([]);
    for (const body of kept) expect(JSON.parse(body)).toMatchObject({ event: "call.ended" });
  },
);

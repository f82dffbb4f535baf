import { expect, it } from "vitest";
import { closedPort } from "../delivery/raw-server.ts";
import { rawApp } from "../listen/raw-app.ts";
import { exchange, statusOf } from "../listen/raw-socket.ts";
import { freshFolder, jsonLines } from "../cli/run.ts";
import { ready, start } from "./tool.ts";

it("what listen --hold acknowledged outlives kill -9: each is delivered once, in order, before what comes then", async () => {
  const [port, cwd] = [await closedPort(), freshFolder()];
  const argv = ["listen", "--to", `http://127.0.0.1:${port}`, "--tunnel", "none", "--hold", "--json"];
  const run = () => start(argv, { cwd, env: { TELEPATH_WEBHOOK_SECRET: "whsec_test" } });
  const send = async (url: string, body: string): Promise<number> => {
    const head = `POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n`;
    return statusOf(await exchange(Number(new URL(url).port), head + body));
  };

  const killed = run();
  const { localUrl } = await ready(killed);
  for (const body of ["1", "2", "3"]) expect(await send(localUrl, body)).toBe(200);
  killed.child.kill("SIGKILL");
  await killed.ended;

  const next = run();
  const again = await ready(next);
  expect(await send(again.localUrl, "4")).toBe(200);
  const app = await rawApp(undefined, port);
  await next.line((line) => line.includes('"state":"delivered"'));
  expect(app.requests.map(({ body }) => body.toString())).toEqual(["1", "2", "3", "4"]);
  next.child.kill("SIGINT");
  expect(await next.ended).toBe(0);
  expect(jsonLines(next.stdout()).at(-1)).toEqual({ type: "stopped", deliveries: 4, failed: 0 });
});

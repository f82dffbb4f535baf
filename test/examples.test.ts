import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { matchers, startTelepath, type TestApp } from "../src/testing.ts";

expect.extend(matchers);
const execFileAsync = promisify(execFile);
const secret = "whsec_for_the_examples";
process.env["TELEPATH_WEBHOOK_SECRET"] = secret;

const folder = new URL("../examples/apps/", import.meta.url);

/** What each example exports, as `startTelepath` takes it. */
const kinds: Record<string, (module: never) => TestApp | Promise<TestApp>> = {
  "express.js": ({ app }: { app: TestApp }) => app,
  "fastify.js": async ({ app }: { app: { server: TestApp; ready(): Promise<unknown> } }) => {
    await app.ready();
    return app.server;
  },
  "hono.js": ({ app }: { app: TestApp }) => app,
  "next-route.js": (route: TestApp) => route,
  "node-http.js": ({ createApp }: { createApp: () => TestApp }) => createApp(),
};

describe("the example tests", () => {
  it("pass under vitest, against the built package", async () => {
    const argv = ["vitest", "run", "--root", "examples", "--config", "tests/vitest.config.js"];
    const ran = await execFileAsync("npx", argv, { env: { ...process.env, TELEPATH_WEBHOOK_SECRET: secret } });
    expect(ran.stdout).toMatch(/3 passed/);
  });
});

describe("the example apps", () => {
  it("are each tried here", () => {
    expect(Object.keys(kinds)).toEqual(readdirSync(folder));
  });

  it.each(Object.entries(kinds))("%s refuses a body that nobody needs, signed or not", async (file, appOf) => {
    const module = (await import(new URL(file, folder).href)) as never;
    const telepath = await startTelepath({ to: await appOf(module), path: "/webhooks", secret });
    onTestFinished(() => telepath.close());
    expect(await telepath.post(Buffer.alloc(2 * 1024 ** 2))).toMatchObject({ status: 413 });
  });

  it.each(Object.entries(kinds))("%s passes every case of the contract check", async (file, appOf) => {
    const module = (await import(new URL(file, folder).href)) as never;
    const telepath = await startTelepath({ to: await appOf(module), path: "/webhooks", secret });
    onTestFinished(() => telepath.close());
    const { cases } = await telepath.check({ slowMs: 60_000 });
    expect(cases.filter(({ verdict }) => verdict === "fail" || verdict === "warn")).toEqual([]);
    expect(cases.filter(({ verdict }) => verdict === "skip").map(({ id }) => id)).toEqual([
      "url/https",
      "url/certificate",
      "delivery/processed-once",
    ]);
  });
});

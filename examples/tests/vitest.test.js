/** With vitest: TELEPATH_WEBHOOK_SECRET=whsec_test npx vitest run. */
import { afterAll, expect, test } from "vitest";
import { matchers, startTelepath } from "telepath-hooks/testing";
import { createApp } from "../apps/node-http.js";

expect.extend(matchers);
const telepath = await startTelepath({ to: createApp() });
afterAll(() => telepath.close());

test("takes what is signed and refuses what is not", async () => {
  expect(await telepath.send("call.ended", { duration_seconds: 12 })).toBeAccepted();
  expect(await telepath.send("call.ended", {}, { tamper: "no-signature" })).toBeRefused();
});

test("takes a whole call", async () => {
  for (const delivered of await telepath.call("completed-call")) expect(delivered).toBeAccepted();
});

test("keeps Telepath's contract", async () => {
  expect(await telepath.check()).toKeepContract();
});

/** With Node's own test runner: TELEPATH_WEBHOOK_SECRET=whsec_test node --test */
import { after, test } from "node:test";
import { assertAccepted, assertKeepsContract, assertRefused, startTelepath } from "telepath-hooks/testing";
import { createApp } from "../apps/node-http.js";

const telepath = await startTelepath({ to: createApp() });
after(() => telepath.close());

void test("takes what is signed and refuses what is not", async () => {
  assertAccepted(await telepath.send("call.ended", { duration_seconds: 12 }));
  assertRefused(await telepath.send("call.ended", {}, { tamper: "no-signature" }));
});

void test("takes a whole call", async () => {
  for (const delivered of await telepath.call("completed-call")) assertAccepted(delivered);
});

void test("keeps Telepath's contract", async () => {
  assertKeepsContract(await telepath.check());
});

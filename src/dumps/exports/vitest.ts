import { answerTimeoutMs } from "../../contract/limits.ts";
import { dumpExport, type ExportedRequest } from "./export.ts";
import { literal, scriptedRequest } from "./scripts.ts";

/**
 * A test for vitest that replays deliveries against an app, header by header and byte by byte, signed anew by the
 * library with the secret of the environment it runs in. It has no signature and no secret.
 */
export const vitest = dumpExport({
  name: "vitest",
  description: "a test for vitest that replays them against your app, signed anew",
  keepsSignature: false,
  opening: `// Made by telepath-hooks. Replays deliveries against your app, each signed with your secret:
//
//   TELEPATH_WEBHOOK_SECRET=… npx vitest run deliveries.test.js
//
// TELEPATH_HOOKS_TO=http://localhost:3000/webhooks sends all of them there.
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { sign } from "telepath-hooks";
import { describe, expect, it } from "vitest";

const secret = process.env.TELEPATH_WEBHOOK_SECRET;
const target = process.env.TELEPATH_HOOKS_TO;

/** Sends a delivery as Telepath would, and resolves to the status of the answer. */
function deliver({ method, url, headers, body }) {
  const to = new URL(target || url);
  const signature = ["X-Telepath-Signature", sign(body, secret)];
  const framing = ["Host", to.host, "Content-Length", String(body.length)];
  const send = to.protocol === "https:" ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const options = { method, headers: [...framing, ...headers, ...signature], agent: false, timeout: ${answerTimeoutMs} };
    const request = send(to, options, (response) => {
      response.resume().on("end", () => resolve(response.statusCode)).on("error", reject);
    });
    request.on("timeout", () => request.destroy(new Error("no answer within ${answerTimeoutMs / 1000} s")));
    request.on("error", reject).end(body);
  });
}

describe("what Telepath delivered", () => {
`,
  request: (request) => Buffer.from(test(request)),
  separator: "\n",
  closing: "});\n",
});

function test(request: ExportedRequest): string {
  const { name, method, url, headers, body } = scriptedRequest(request);
  const bytes =
    "text" in body ? `Buffer.from(${literal(body.text)})` : `Buffer.from(${literal(body.base64)}, "base64")`;
  return `  it(${literal(`${name} is answered with 2xx`)}, { timeout: ${answerTimeoutMs + 5000} }, async () => {
    const status = await deliver({
      method: ${literal(method)},
      url: ${literal(url)},
      headers: ${literal(headers.flat())},
      body: ${bytes},
    });
    expect(status).toBeGreaterThanOrEqual(200);
    expect(status).toBeLessThan(300);
  });
`;
}

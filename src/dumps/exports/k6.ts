import { dumpExport, type ExportedRequest } from "./export.ts";
import { literal, scriptedRequest } from "./scripts.ts";

/**
 * A script for k6. It has no signature and no secret: each body is signed when it is sent, with the secret of the
 * environment it runs in.
 *
 * @see https://grafana.com/docs/k6/latest/javascript-api/
 */
export const k6 = dumpExport({
  name: "k6",
  description: "a load script for k6 that signs each body as it sends it",
  keepsSignature: false,
  opening: `// Made by telepath-hooks. Sends these deliveries in turn, each signed when it is sent:
//
//   k6 run -e TELEPATH_WEBHOOK_SECRET="$TELEPATH_WEBHOOK_SECRET" --vus 50 --duration 1m deliveries.js
//
// -e TARGET=https://… sends all of them there. -e UNIQUE=1 gives each call an id of its own, for endpoints that
// answer a known one without doing the work.
import { check } from "k6";
import crypto from "k6/crypto";
import encoding from "k6/encoding";
import http from "k6/http";

const secret = __ENV.TELEPATH_WEBHOOK_SECRET;
if (!secret) throw new Error("set the secret: k6 run -e TELEPATH_WEBHOOK_SECRET=…");

export const options = {
  vus: 10,
  duration: "30s",
  // Telepath waits 30 s for an answer, and takes any 2xx for a delivery.
  thresholds: { checks: ["rate>0.99"], http_req_duration: ["p(99)<30000"] },
};

const deliveries = [
`,
  request: (request) => Buffer.from(`  ${entry(request)}`),
  separator: ",\n",
  closing: `,
];

export default function () {
  const delivery = deliveries[__ITER % deliveries.length];
  const body = bodyOf(delivery);
  const signature = \`sha256=\${crypto.hmac("sha256", secret, body, "hex")}\`;
  const answer = http.request(delivery.method, __ENV.TARGET || delivery.url, body, {
    headers: Object.fromEntries([...delivery.headers, ["X-Telepath-Signature", signature]]),
    redirects: 0,
    timeout: "30s",
    tags: { event: delivery.name },
  });
  check(answer, { "answered with 2xx": ({ status }) => status >= 200 && status < 300 });
}

function bodyOf({ text, base64, callId }) {
  if (text === undefined) return encoding.b64decode(base64);
  return __ENV.UNIQUE && callId ? text.split(callId).join(\`\${callId}-\${__VU}-\${__ITER}\`) : text;
}
`,
});

function entry(request: ExportedRequest): string {
  const { name, method, url, headers, body, callId } = scriptedRequest(request);
  // Of a header that came twice k6 takes one value.
  const single = new Map<string, [name: string, value: string]>();
  for (const [header, value] of headers) {
    const known = single.get(header.toLowerCase());
    single.set(header.toLowerCase(), known ? [known[0], `${known[1]}, ${value}`] : [header, value]);
  }
  // An id with characters that JSON escapes stands otherwise in the text.
  const plain = callId !== null && /^[\w.:-]+$/.test(callId) ? callId : null;
  // As pairs: an object's literal would take the name __proto__ for something else.
  const pairs = literal([...single.values()]);
  return `{ name: ${literal(name)}, method: ${literal(method)}, url: ${literal(url)}, callId: ${literal(plain)}, headers: ${pairs}, ${bodyMember(body)} }`;
}

function bodyMember(body: { text: string } | { base64: string }): string {
  return "text" in body ? `text: ${literal(body.text)}` : `base64: ${literal(body.base64)}`;
}

import type { Framework } from "./framework.ts";

/**
 * With Web Crypto, so that it runs wherever Hono does; `subtle.verify` compares in constant time.
 *
 * https://hono.dev/docs/api/request#arraybuffer
 */
export const hono: Framework = {
  name: "hono",
  title: "Hono",
  language: "js",
  revealedBy: { formats: ["cloudflare-tail"], text: /\bhono\b/i },
  code: `import { Hono } from "hono";
import { env } from "hono/adapter";

async function isSigned(body, header, secret) {
  const hex = /^sha256=([0-9a-f]{64})$/.exec(header ?? "")?.[1];
  if (!secret) throw new Error("TELEPATH_WEBHOOK_SECRET is not set");
  if (!hex) return false;
  const byte = (digits) => parseInt(digits, 16);
  const given = Uint8Array.from(hex.match(/../g), byte);
  const hmac = { name: "HMAC", hash: "SHA-256" };
  const raw = new TextEncoder().encode(secret);
  const { subtle } = crypto;
  const key = await subtle.importKey("raw", raw, hmac, false, ["verify"]);
  return subtle.verify("HMAC", key, given, body); // in constant time
}

const app = new Hono();
app.post("/webhooks/telepath", async (c) => {
  // Not c.req.json(): the signature is over the bytes.
  const body = await c.req.arrayBuffer();
  const { TELEPATH_WEBHOOK_SECRET: secret } = env(c);
  const header = c.req.header("X-Telepath-Signature");
  if (!(await isSigned(body, header, secret))) {
    return c.text("bad signature", 401);
  }
  const event = JSON.parse(new TextDecoder().decode(body));
  return c.body(null, 200);
});

export default app;`,
};

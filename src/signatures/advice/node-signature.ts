/** The check itself for Node.js, as the JavaScript snippets share it. */
export const nodeSignatureJs = `import { createHmac, timingSafeEqual } from "node:crypto";

const secret = process.env.TELEPATH_WEBHOOK_SECRET;
if (!secret) throw new Error("TELEPATH_WEBHOOK_SECRET is not set");

function isSigned(body, header) {
  if (!Buffer.isBuffer(body) || typeof header !== "string") return false;
  const digest = createHmac("sha256", secret).update(body).digest("hex");
  const expected = Buffer.from("sha256=" + digest);
  const given = Buffer.from(header);
  if (given.length !== expected.length) return false;
  return timingSafeEqual(given, expected);
}`;

/** The same in TypeScript. */
export const nodeSignatureTs = `import { createHmac, timingSafeEqual } from "node:crypto";

const secret = process.env.TELEPATH_WEBHOOK_SECRET ?? "";
if (secret === "") throw new Error("TELEPATH_WEBHOOK_SECRET is not set");

function isSigned(body: Buffer | undefined, header: unknown): boolean {
  if (body === undefined || typeof header !== "string") return false;
  const digest = createHmac("sha256", secret).update(body).digest("hex");
  const expected = Buffer.from("sha256=" + digest);
  const given = Buffer.from(header);
  if (given.length !== expected.length) return false;
  return timingSafeEqual(given, expected);
}`;

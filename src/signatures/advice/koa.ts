import type { Framework } from "./framework.ts";
import { nodeSignatureJs } from "./node-signature.ts";

/** Koa has no body parser of its own: the request is Node's stream. https://koajs.com/#context */
export const koa: Framework = {
  name: "koa",
  title: "Koa",
  language: "js",
  revealedBy: { text: /\bkoa\b|'<original node req>'|"<original node req>"/i },
  code: `import Koa from "koa";
${nodeSignatureJs}

const app = new Koa();
// Above app.use(bodyParser()), which would take the bytes away.
app.use(async (ctx, next) => {
  if (ctx.path !== "/webhooks/telepath") return next();
  const chunks = [];
  for await (const chunk of ctx.req) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  if (!isSigned(body, ctx.get("X-Telepath-Signature"))) ctx.throw(401);
  const event = JSON.parse(body.toString("utf8"));
  ctx.status = 200;
});`,
};

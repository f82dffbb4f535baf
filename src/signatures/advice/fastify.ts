import type { Framework } from "./framework.ts";
import { nodeSignatureJs } from "./node-signature.ts";

/** https://fastify.dev/docs/latest/Reference/ContentTypeParser/ */
export const fastify: Framework = {
  name: "fastify",
  title: "Fastify",
  language: "js",
  revealedBy: { text: /"reqId":\s?"req-|\bfastify\b/i },
  code: `import Fastify from "fastify";
${nodeSignatureJs}

const app = Fastify();
// In a plugin of its own, so that other routes keep their JSON parser.
app.register(async (webhooks) => {
  webhooks.removeAllContentTypeParsers();
  const keep = (request, body, done) => done(null, body);
  webhooks.addContentTypeParser("*", { parseAs: "buffer" }, keep);

  webhooks.post("/webhooks/telepath", async (request, reply) => {
    if (!isSigned(request.body, request.headers["x-telepath-signature"])) {
      return reply.code(401).send();
    }
    const event = JSON.parse(request.body.toString("utf8"));
    return reply.code(200).send();
  });
});`,
};

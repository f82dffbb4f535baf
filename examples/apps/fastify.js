import Fastify from "fastify";
import { parseEvent, verify } from "telepath-hooks";

const secret = process.env["TELEPATH_WEBHOOK_SECRET"];
if (!secret) throw new Error("TELEPATH_WEBHOOK_SECRET is not set");

/** Keys of the events already handled. A real app keeps them in its database, with a unique index. */
const handled = new Set();

export const app = Fastify();

// In a plugin of its own, so that other routes keep their JSON parser.
app.register(async (webhooks) => {
  webhooks.removeAllContentTypeParsers();
  webhooks.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));

  webhooks.post("/webhooks", async (request, reply) => {
    const body = request.body ?? Buffer.alloc(0);
    if (!verify(body, request.headers["x-telepath-signature"], secret)) return reply.code(401).send("wrong signature");

    let event;
    try {
      event = parseEvent(body);
    } catch {
      return reply.code(400).send("not an event");
    }
    const key = JSON.stringify([event.call_id, event.event]);
    if (!handled.has(key)) {
      handled.add(key);
      setImmediate(() => {}); // the work, after the answer
    }
    return reply.code(200).send("ok");
  });
});

import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { parseEvent, verify } from "telepath-hooks";

const secret = process.env["TELEPATH_WEBHOOK_SECRET"];
if (!secret) throw new Error("TELEPATH_WEBHOOK_SECRET is not set");

/** Keys of the events already handled. A real app keeps them in its database, with a unique index. */
const handled = new Set();

export const app = new Hono();

app.post("/webhooks", bodyLimit({ maxSize: 1024 ** 2 }), async (context) => {
  const body = Buffer.from(await context.req.arrayBuffer());
  if (!verify(body, context.req.header("X-Telepath-Signature"), secret)) return context.text("wrong signature", 401);

  let event;
  try {
    event = parseEvent(body);
  } catch {
    return context.text("not an event", 400);
  }
  const key = JSON.stringify([event.call_id, event.event]);
  if (!handled.has(key)) {
    handled.add(key);
    setImmediate(() => {}); // the work, after the answer
  }
  return context.text("ok");
});

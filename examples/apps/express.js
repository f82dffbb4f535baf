import express from "express";
import { parseEvent, verify } from "telepath-hooks";

const secret = process.env["TELEPATH_WEBHOOK_SECRET"];
if (!secret) throw new Error("TELEPATH_WEBHOOK_SECRET is not set");

/** Keys of the events already handled. A real app keeps them in its database, with a unique index. */
const handled = new Set();

export const app = express();

// Above any app.use(express.json()): the signature covers the bytes, not what a parser makes of them.
app.post("/webhooks", express.raw({ type: "*/*", limit: "1mb" }), (request, response) => {
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  if (!verify(body, request.headers["x-telepath-signature"], secret)) return response.sendStatus(401);

  let event;
  try {
    event = parseEvent(body);
  } catch {
    return response.status(400).send("not an event");
  }
  response.sendStatus(200); // first the answer, then the work

  const key = JSON.stringify([event.call_id, event.event]);
  if (!handled.has(key)) handled.add(key);
  return undefined;
});

/** `app/webhooks/route.js` of a Next.js app: only what is exported here is answered; other methods get 405. */
import { parseEvent, verify } from "telepath-hooks";

const secret = process.env["TELEPATH_WEBHOOK_SECRET"];
if (!secret) throw new Error("TELEPATH_WEBHOOK_SECRET is not set");

/** Keys of the events already handled. A real app keeps them in its database, with a unique index. */
const handled = new Set();

const largestBody = 1024 ** 2;

export async function POST(request) {
  // What comes without a length is for the limit of the server or platform in front.
  if (Number(request.headers.get("content-length")) > largestBody) return new Response("too large", { status: 413 });
  const body = Buffer.from(await request.arrayBuffer()); // not request.json(): the signature covers the bytes
  if (!verify(body, request.headers.get("x-telepath-signature"), secret)) {
    return new Response("wrong signature", { status: 401 });
  }
  let event;
  try {
    event = parseEvent(body);
  } catch {
    return new Response("not an event", { status: 400 });
  }
  const key = JSON.stringify([event.call_id, event.event]);
  if (!handled.has(key)) {
    handled.add(key);
    setImmediate(() => {}); // the work, after the answer; in Next.js: after() of next/server
  }
  return new Response("ok");
}

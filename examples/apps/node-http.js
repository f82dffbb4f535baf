import { createServer } from "node:http";
import { parseEvent, verify } from "telepath-hooks";

const secret = process.env["TELEPATH_WEBHOOK_SECRET"];
if (!secret) throw new Error("TELEPATH_WEBHOOK_SECRET is not set");

/** Events are a few hundred bytes long; nobody who is not Telepath shall fill the memory. */
const largestBody = 1024 ** 2;

/** @param work done once for each event, after the answer */
export function createApp(work = () => {}) {
  /** Keys of the events already handled. A real app keeps them in its database, with a unique index. */
  const handled = new Set();
  const once = (event) => {
    const key = JSON.stringify([event.call_id, event.event]); // several events share one call id
    if (handled.has(key)) return;
    handled.add(key);
    setImmediate(work, event);
  };
  return createServer((request, response) => {
    const chunks = [];
    let bytes = 0;
    request.on("error", () => response.destroy()); // the sender went away
    request.on("data", (chunk) => {
      bytes += chunk.length;
      if (bytes <= largestBody) chunks.push(chunk);
    });
    request.on("end", () => {
      if (bytes > largestBody) response.writeHead(413).end("too large\n");
      else handle(request, response, Buffer.concat(chunks), once);
    });
  });
}

function handle(request, response, body, once) {
  const answer = (status, text) => response.writeHead(status).end(`${text}\n`);
  if (request.method !== "POST") return answer(405, "POST only");
  if (!verify(body, request.headers["x-telepath-signature"], secret)) return answer(401, "wrong signature");

  let event;
  try {
    event = parseEvent(body);
  } catch {
    return answer(400, "not an event");
  }
  answer(200, "ok"); // first the answer, then the work
  once(event);
  return undefined;
}

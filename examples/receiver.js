/**
 * A webhook endpoint that does everything right, with nothing but Node and this package:
 * the raw body, a verified signature, each event handled once, the answer first and the work later.
 *
 *   TELEPATH_WEBHOOK_SECRET=… node examples/receiver.js [port]
 */
import { createServer } from "node:http";
import { parseEvent, verify } from "telepath-hooks";

const secret = process.env["TELEPATH_WEBHOOK_SECRET"];
if (!secret) throw new Error("set TELEPATH_WEBHOOK_SECRET: telepath-hooks secret --env .env writes it");

/** Keys of the events already handled. A real app keeps them in its database. */
const handled = new Set();

const server = createServer((request, response) => {
  const answer = (status, text) => response.writeHead(status, { "content-type": "text/plain" }).end(`${text}\n`);
  if (request.method !== "POST") return answer(405, "POST only");

  const chunks = [];
  request.on("error", () => response.destroy());
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    // The signature covers these bytes: verify before anything parses them.
    const body = Buffer.concat(chunks);
    if (!verify(body, request.headers["x-telepath-signature"], secret)) return answer(401, "signature does not match");

    let event;
    try {
      event = parseEvent(body);
    } catch {
      return answer(400, "not an event");
    }
    answer(200, "ok");

    // Several events share one call id, so the key is both.
    const key = JSON.stringify([event.call_id, event.event]);
    if (handled.has(key)) return undefined;
    handled.add(key);
    setImmediate(() => console.log(`${event.event} of ${String(event.call_id)}`));
    return undefined;
  });
  return undefined;
});

server.listen(Number(process.argv[2] ?? 3000), "127.0.0.1", () => {
  console.log(`sample app on http://127.0.0.1:${server.address().port}`);
});

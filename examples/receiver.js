/**
 * A webhook endpoint that does everything right, with nothing but Node and this package (apps/node-http.js):
 * the raw body, a verified signature, each event handled once, the answer first and the work later.
 *
 *   TELEPATH_WEBHOOK_SECRET=… node examples/receiver.js [port]
 */
import { createApp } from "./apps/node-http.js";

const server = createApp((event) => console.log(`${event.event} of ${String(event.call_id)}`));

server.listen(Number(process.argv[2] ?? 3000), "127.0.0.1", () => {
  console.log(`sample app on http://127.0.0.1:${server.address().port}`);
});

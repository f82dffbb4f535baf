/** A trivial app: answers every request with 200, or what it is told, as soon as it has come whole. Prints its port. */
import { createServer } from "node:net";

const status = process.argv[2] ?? "200 OK";
const answer = Buffer.from(`HTTP/1.1 ${status}\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok`);
const headEnd = Buffer.from("\r\n\r\n");

const server = createServer({ noDelay: true }, (socket) => {
  let held = Buffer.alloc(0);
  /** Bytes of the body that are still to come. */
  let missing = 0;
  socket.on("error", () => {});
  socket.on("data", (chunk) => {
    if (missing > chunk.length) return void (missing -= chunk.length);
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    if (missing > 0) {
      held = held.subarray(missing);
      missing = 0;
      socket.write(answer);
    }
    for (;;) {
      const end = held.indexOf(headEnd);
      if (end === -1) return;
      const head = held.latin1Slice(0, end);
      const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
      const rest = held.length - end - 4 - length;
      if (rest < 0) {
        missing = -rest;
        held = Buffer.alloc(0);
        return;
      }
      held = held.subarray(held.length - rest);
      socket.write(answer);
    }
  });
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));

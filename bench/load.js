/**
 * A load generator over bare sockets, cheap enough that it is never what is measured. Each message is
 * `{ port, request, connections, milliseconds | count }`, the request as base64; the reply says how many were answered,
 * with how many other than 2xx, in what time, and the latencies in milliseconds.
 */
import { connect } from "node:net";

process.on("message", (job) => void load(job).then((result) => process.send(result)));

async function load({ port, request, connections, milliseconds = Infinity, count = Infinity }) {
  const bytes = Buffer.from(request, "base64");
  const latencies = [];
  let started = 0;
  let failed = 0;
  const start = performance.now();
  const more = () => started < count && performance.now() - start < milliseconds;
  await Promise.all(Array.from({ length: connections }, client));
  const seconds = (performance.now() - start) / 1000;
  latencies.sort((a, b) => a - b);
  const at = (share) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? Number.NaN;
  const { length } = latencies;
  return { requests: length, failed, seconds, perSecond: length / seconds, p50: at(0.5), p99: at(0.99), max: at(1) };

  function client() {
    return new Promise((resolve) => {
      const socket = connect({ port, host: "127.0.0.1", noDelay: true });
      let sentAt = 0;
      let held = "";
      const next = () => {
        if (!more()) return socket.end();
        started += 1;
        sentAt = performance.now();
        socket.write(bytes);
      };
      socket.on("connect", next);
      socket.on("error", () => (failed += 1));
      socket.on("close", resolve);
      socket.on("data", (chunk) => {
        held += chunk.latin1Slice();
        const end = held.indexOf("\r\n\r\n");
        if (end === -1 || held.length < end + 4 + lengthIn(held.slice(0, end))) return;
        if (held[9] !== "2") failed += 1;
        held = "";
        latencies.push(performance.now() - sentAt);
        next();
      });
    });
  }
}

function lengthIn(head) {
  return Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
}

/**
 * A load generator over bare sockets, cheap enough that it is never what is measured. Each message is
 * `{ port, bodyBytes, connections, milliseconds | count }`; the reply says how many requests were answered, with how many
 * other than 2xx, in what time, and the latencies in milliseconds. Each request is an event of a call of its own.
 */
import { connect } from "node:net";
import { payload, sign } from "./data.js";

process.on("message", (job) => void load(job).then((result) => process.send(result)));

/** More than a receiver remembers, and no more memory than a few runs need. */
const distinct = (bodyBytes) => Math.min(20_000, Math.ceil((32 * 1024 ** 2) / bodyBytes));
const made = new Map();

function requestsOf(bodyBytes) {
  if (!made.has(bodyBytes)) {
    const numbers = Array.from({ length: distinct(bodyBytes) }, (_, number) => number);
    made.set(
      bodyBytes,
      numbers.map((number) => request(payload(number, bodyBytes))),
    );
  }
  return made.get(bodyBytes);
}

function request(body) {
  const head = [
    "POST /webhooks HTTP/1.1",
    "Host: example.ngrok.app",
    "Content-Type: application/json",
    "User-Agent: Telepath-Webhooks/1.0",
    `X-Telepath-Signature: ${sign(body)}`,
    "X-Forwarded-For: 203.0.113.9",
    "X-Forwarded-Proto: https",
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  return Buffer.from(`${head.join("\r\n")}\r\n\r\n${body}`);
}

let number = 0;

async function load({ port, bodyBytes, connections, milliseconds = Infinity, count = Infinity }) {
  const requests = requestsOf(bodyBytes);
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
        socket.write(requests[(number += 1) % requests.length]);
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

/** Requests, right ones and ruined ones, from a seed: the same seed gives the same bytes. */

/** A generator of numbers from 0 up to below 1 (mulberry32). */
export function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A right request; its token comes back in the history as `call_id`. */
export function goodRequest(random, token) {
  const body = JSON.stringify({
    event: pick(random, ["call.started", "call.ended", "agent.connected"]),
    call_id: token,
    text: "é".repeat(Math.floor(random() * (random() < 0.05 ? 20_000 : 300))),
  });
  const bytes = Buffer.from(body);
  const head = [
    `POST ${pick(random, ["/hooks", "/hooks?a=%2F", "//x", "/slow", "/500", "/chunked"])} HTTP/1.1`,
    "Host: soak.example",
    "Content-Type: application/json",
    `X-Telepath-Signature: sha256=${"0".repeat(64)}`,
    "Connection: close",
  ];
  const isChunked = random() < 0.2;
  const framing = isChunked ? "Transfer-Encoding: chunked" : `Content-Length: ${bytes.length}`;
  const payload = isChunked ? chunked(random, bytes) : bytes;
  return { head: `${[...head, framing].join("\r\n")}\r\n\r\n`, payload, body: bytes };
}

/** The same with a few changes that make it something else: what the sender means by it is anybody's guess. */
export function ruinedRequest(random, token) {
  const { head, payload } = goodRequest(random, token);
  let bytes = Buffer.concat([Buffer.from(head), payload.subarray(0, 4096)]);
  const changes = 1 + Math.floor(random() * 4);
  for (let change = 0; change < changes; change += 1) bytes = pick(random, ruins)(random, bytes);
  return bytes;
}

const fragments = [
  "\r\n",
  "\n",
  "\r\n\r\n",
  "\0",
  "Content-Length: 5\r\n",
  "Content-Length: 99999999999\r\n",
  "Transfer-Encoding: chunked\r\n",
  "Transfer-Encoding: gzip\r\n",
  "Expect: 100-continue\r\n",
  "Upgrade: websocket\r\nConnection: upgrade\r\n",
  "Host: other\r\n",
  "0\r\n\r\n",
  "ffffffff\r\n",
  "GET /smuggled HTTP/1.1\r\nHost: s\r\n\r\n",
  "CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: s\r\n\r\n",
  "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
  "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
  "__proto__: x\r\n",
  `X: ${"a".repeat(17_000)}\r\n`,
  "a: b\r\n".repeat(1100),
];

/** Each takes bytes and gives others: a bit turned, a piece taken out, put in, doubled, cut off, made up. */
const ruins = [
  (random, bytes) => {
    const changed = Buffer.from(bytes);
    if (changed.length > 0) changed[at(random, bytes)] ^= 1 << Math.floor(random() * 8);
    return changed;
  },
  (random, bytes) => {
    const start = at(random, bytes);
    return Buffer.concat([bytes.subarray(0, start), bytes.subarray(start + Math.floor(random() * 40))]);
  },
  (random, bytes) => inserted(random, bytes, Buffer.from(pick(random, fragments), "latin1")),
  (random, bytes) => inserted(random, bytes, noise(random)),
  (random, bytes) => {
    const start = at(random, bytes);
    return inserted(random, bytes, bytes.subarray(start, start + Math.floor(random() * 200)));
  },
  (random, bytes) => bytes.subarray(0, at(random, bytes)),
  (random) => noise(random),
  (_random, bytes) => Buffer.concat([bytes, bytes]),
];

function chunked(random, bytes) {
  const pieces = [];
  for (let start = 0; start < bytes.length;) {
    const piece = bytes.subarray(start, start + 1 + Math.floor(random() * 5000));
    pieces.push(Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from("\r\n"));
    start += piece.length;
  }
  return Buffer.concat([...pieces, Buffer.from("0\r\n\r\n")]);
}

function inserted(random, bytes, more) {
  const start = at(random, bytes);
  return Buffer.concat([bytes.subarray(0, start), more, bytes.subarray(start)]);
}

function noise(random) {
  return Buffer.from(Array.from({ length: Math.floor(random() * 400) }, () => Math.floor(random() * 256)));
}

function at(random, bytes) {
  return Math.floor(random() * bytes.length);
}

export function pick(random, choices) {
  return choices[Math.floor(random() * choices.length)];
}

/** Senders that behave and senders that do not, over bare sockets. */
import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { createHash } from "node:crypto";
import { goodRequest, pick, randomFrom, ruinedRequest } from "./mutations.js";

/**
 * Sends one request after the other until it is told to stop.
 *
 * @param tally counts, and the acknowledged requests: token → hash of the body
 */
export async function sender(port, { seed, number, goesOn, tally }) {
  const random = randomFrom(seed * 1000 + number);
  for (let count = 0; goesOn(); count += 1) {
    const token = `soak-${number}-${count}`;
    tally.sent += 1;
    if (random() < 0.5) {
      const { head, payload, body } = goodRequest(random, token);
      const answer = await whole(port, [Buffer.from(head), payload]);
      const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1] ?? 0);
      tally.statuses[status] = (tally.statuses[status] ?? 0) + 1;
      if (status >= 200 && status < 300) tally.acknowledged.set(token, sha256(body));
    } else {
      tally.ruined += 1;
      await rude(port, ruinedRequest(random, token), random);
    }
  }
}

export function sha256(bytes) {
  return createHash("sha256").update(bytes).digest("base64");
}

/** Writes all of it and resolves to what comes back until the other side closes; empty when it never does. */
export function whole(port, pieces) {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    let text = "";
    const late = setTimeout(() => socket.destroy(), 20_000);
    socket.on("data", (bytes) => (text += bytes.toString("latin1")));
    socket.on("error", () => {});
    socket.on("close", () => {
      clearTimeout(late);
      resolve(text);
    });
    for (const piece of pieces) socket.write(piece);
  });
}

/** Writes it in one or two pieces and leaves: politely, without a word, or with a reset. */
async function rude(port, bytes, random) {
  const socket = connect(port, "127.0.0.1");
  const closed = new Promise((resolve) => socket.on("close", resolve));
  socket.on("error", () => {});
  socket.resume();
  const cut = Math.floor(random() * bytes.length);
  socket.write(bytes.subarray(0, cut));
  if (random() < 0.3) await pause(random() * 20);
  socket.write(bytes.subarray(cut));
  const leave = pick(random, ["end", "end", "destroy", "resetAndDestroy", "wait"]);
  if (leave === "wait") await pause(random() * 100);
  if (leave === "end" || leave === "wait") socket.end();
  else socket[leave]();
  const late = setTimeout(() => socket.destroy(), 3000);
  await closed;
  clearTimeout(late);
}

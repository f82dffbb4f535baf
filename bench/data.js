/** Data for the benchmarks, the same in every run. */
import { createHmac } from "node:crypto";
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";

export const secret = "whsec_for-benchmarks-only";
const mebi = 1024 ** 2;

/** One file of so many MB, and its signature. */
export function makeBody(folder, megabytes) {
  const path = join(folder, "body.bin");
  const block = Buffer.from(Uint8Array.from({ length: mebi }, (_, index) => (index * 7 + 3) & 255));
  const hmac = createHmac("sha256", secret);
  const file = openSync(path, "w");
  for (let written = 0; written < megabytes; written += 1) {
    writeSync(file, block);
    hmac.update(block);
  }
  closeSync(file);
  return { path, signature: `sha256=${hmac.digest("hex")}` };
}

/** Dumps of about 2 KB, raw HTTP and JSON in turn. */
export function makeFiles(folder, count) {
  mkdirSync(join(folder, "files"));
  return Array.from({ length: count }, (_, number) => {
    const body = payload(number);
    const path = join(folder, "files", `${String(number).padStart(6, "0")}.${number % 2 === 0 ? "json" : "http"}`);
    writeFileSync(path, number % 2 === 0 ? capture(body) : rawHttp(body));
    return path;
  });
}

/** One capture a line, about 2 KB each. */
export function makeLines(folder, megabytes) {
  const path = join(folder, "lines.ndjson");
  const file = openSync(path, "w");
  let number = 0;
  for (let written = 0; written < megabytes * mebi;) {
    let block = "";
    while (block.length < mebi) block += `${capture(payload((number += 1)))}\n`;
    written += writeSync(file, block);
  }
  closeSync(file);
  return path;
}

/** A payload as Telepath sends it, filled up to `length`. */
export function payload(number, length = 1600) {
  const event = { event: "call.ended", call_id: `call_${number}`, timestamp: "2024-03-01T10:00:00Z" };
  const bare = JSON.stringify({ ...event, duration_seconds: 12, transcript: "" });
  return JSON.stringify({ ...event, duration_seconds: 12, transcript: "x".repeat(Math.max(length - bare.length, 0)) });
}

export function sign(body) {
  return `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
}

function rawHttp(body) {
  const head = `POST /hooks HTTP/1.1\r\nHost: a.test\r\nContent-Type: application/json\r\n`;
  return `${head}X-Telepath-Signature: ${sign(body)}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

function capture(body) {
  const headers = { host: "a.test", "content-type": "application/json", "x-telepath-signature": sign(body) };
  return JSON.stringify({ method: "POST", url: "/hooks", headers, body });
}

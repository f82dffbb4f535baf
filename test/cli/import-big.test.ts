import { createHmac } from "node:crypto";
import { appendFileSync, truncateSync, writeFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { freshFolder, jsonLines, run } from "./run.ts";

const secret = "whsec_only-for-this-test";
const env = { TELEPATH_WEBHOOK_SECRET: secret };
const mebi = 1024 ** 2;

function signed(body: string | Uint8Array): string {
  return `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
}

function http(body: string | Uint8Array, length = body.length, signature = signed(body)): string {
  const lines = ["POST /hooks HTTP/1.1", `X-Telepath-Signature: ${signature}`, `Content-Length: ${length}`];
  return [...lines, "", ""].join("\r\n");
}

/** Zeros that take no room on the disk. */
function appendHole(path: string, bytes: number): void {
  truncateSync(path, statSync(path).size + bytes);
}

async function imported(argv: string[], cwd: string) {
  const ran = await run(["import", ...argv, "--json"], { env, cwd });
  return { ...ran, lines: jsonLines<{ type: string; message?: string; [member: string]: unknown }>(ran.stdout) };
}

describe("import of a file too large to be held", () => {
  it("takes raw HTTP message by message, bodies up to the 10 MB that a request may have", async () => {
    const cwd = freshFolder();
    const path = join(cwd, "big.http");
    writeFileSync(path, `${http("one")}one\r\n`);
    appendFileSync(path, http(Buffer.alloc(9 * mebi)));
    appendHole(path, 9 * mebi);
    appendFileSync(path, `\r\n${http("", 60 * mebi)}`);
    appendHole(path, 60 * mebi);
    appendFileSync(path, `\r\n${http("last")}last`);
    const { lines, exitCode } = await imported(["big.http"], cwd);
    expect(exitCode).toBe(1);
    expect(lines.find(({ type }) => type === "error")?.message).toBe(
      "big.http, request 3: its body has 60 MB, and a request may have 10 MB",
    );
    expect(lines.at(-1)).toMatchObject({ type: "summary", deliveries: 3, inexact: 0, signatures: { valid: 3 } });
    const again = await imported(["big.http"], cwd);
    expect(again.lines.at(-1)).toMatchObject({ deliveries: 0, known: 3 });
  });

  it("takes one JSON value a line, and goes on behind what is too long or broken", async () => {
    const cwd = freshFolder();
    const path = join(cwd, "big.ndjson");
    const line = (body: string) => JSON.stringify({ headers: { "x-telepath-signature": signed(body) }, body });
    writeFileSync(path, `${line("1")}\n{"level":30}\n`);
    appendHole(path, 65 * mebi);
    appendFileSync(path, `\n{"body":\n`);
    for (let count = 0; count < 300; count += 1) appendFileSync(path, `${line(`body ${count}`)}\n`);
    const { lines, exitCode } = await imported(["big.ndjson"], cwd);
    expect(exitCode).toBe(1);
    expect(lines.filter(({ type }) => type === "error").map(({ message }) => message)).toEqual([
      "big.ndjson: line 3 holds more than 16 MiB",
      expect.stringContaining("big.ndjson: line 4: not JSON") as string,
    ]);
    expect(lines.at(-1)).toMatchObject({ deliveries: 301, unreadable: 2, signatures: { valid: 301 } });
  });

  it("refuses any other form, alone with an error and among others with a line", async () => {
    const cwd = freshFolder({ "a.http": `${http("one")}one` });
    writeFileSync(join(cwd, "big.txt"), "no request");
    appendHole(join(cwd, "big.txt"), 65 * mebi);
    const alone = await imported(["big.txt"], cwd);
    expect([alone.exitCode, alone.stderr]).toEqual([2, expect.stringContaining("big.txt holds more than 64 MiB")]);
    const among = await imported(["big.txt", "a.http"], cwd);
    expect(among.exitCode).toBe(1);
    expect(among.lines.at(-1)).toMatchObject({ deliveries: 1, unreadable: 1 });
  });

  it("keeps what was read before the file breaks", async () => {
    const cwd = freshFolder();
    const path = join(cwd, "big.http");
    writeFileSync(path, `${http("one")}one\r\nPOST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n`);
    appendHole(path, 65 * mebi);
    const { lines, exitCode } = await imported(["big.http"], cwd);
    expect(exitCode).toBe(1);
    expect(lines.at(-1)).toMatchObject({ deliveries: 1, unreadable: 1 });
    expect(lines.find(({ type }) => type === "error")?.message).toContain("has a Transfer-Encoding");
  });
});

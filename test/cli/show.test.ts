import { describe, expect, it } from "vitest";
import { readDump } from "../../src/dumps/read.ts";
import type { SignatureRecord } from "../../src/model/delivery.ts";
import { attempt, projectWith } from "./recorded.ts";
import { jsonLines, run } from "./run.ts";

const everyByte = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

const invalid: SignatureRecord = {
  verdict: "invalid",
  secret: null,
  diagnosis: {
    code: "trailing-newline",
    proven: true,
    steps: ["drop the last byte of the body"],
    summary: "A line end was added to the body.",
    advice: "Send the body without it.",
    firstDifference: { offset: 45, held: "}\\n", signed: "}", heldBytes: 46, signedBytes: 45 },
  },
};

describe("telepath-hooks show", () => {
  it.each([
    [["show"], "missing required argument"],
    [["show", "last"], "the history holds no delivery"],
    [["show", "nope!"], '"nope!" is no delivery id'],
    [["show", "abc"], "too short"],
    [["show", "ABCDEF"], 'starts or ends with "ABCDEF"'],
    [["show", "last", "--raw", "--body"], "cannot be used with"],
    [["show", "last", "--json", "--raw"], "cannot be used with"],
  ])("refuses %j", async (argv, message) => {
    const { exitCode, stderr, stdout } = await run(argv);
    expect({ exitCode, stdout: argv.includes("--json") ? "" : stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toContain(message);
  });

  it("names the candidates of an id that is not unique", async () => {
    const { cwd, ids } = await projectWith({}, {});
    const { exitCode, stderr } = await run(["show", ids[0]?.slice(0, 8) ?? ""], { cwd });
    expect(exitCode).toBe(2);
    for (const id of ids) expect(stderr).toContain(id);
  });

  it("shows request, signature, diagnosis, attempts and responses", async () => {
    const { cwd, ids } = await projectWith({
      createdAt: Date.parse("2026-03-01T10:00:00.123Z"),
      target: "/webhooks?tenant=7",
      headers: [
        ["Content-Type", "application/json"],
        ["X-Name", Buffer.from("Zoë").toString("latin1")],
        ["X-Name", "again"],
      ],
      body: Buffer.from('{"event":"call.ended","id":12345678901234567890,"list":[],"x":{"y":[1,2.50]}}\n'),
      outcome: "failed",
      replayOf: "01ARZ3NDEKTSV4RRFFQ69G5FAV",
      signature: invalid,
      attempts: [
        attempt({ response: null, failure: "timeout", message: "no answer in 30 s", durationMs: 30_000 }),
        attempt({ number: 2, response: { status: 500, headers: [["Server", "app"]], body: Buffer.from("boom\n") } }),
      ],
    });
    const { exitCode, stdout, stderr } = await run(["show", "last"], { cwd });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout.replace(ids[0] ?? "", "<id>")).toMatchInlineSnapshot(`
      "POST /webhooks?tenant=7
      id         <id>
      received   2026-03-01 10:00:00.123Z, listen
      event      call.ended
      call       call_abc123
      outcome    ✗ failed
      replay of  01ARZ3NDEKTSV4RRFFQ69G5FAV
      body       78 B
      signature  invalid
      cause      A line end was added to the body. (trailing-newline, proven)
      steps      drop the last byte of the body
      advice     Send the body without it.
      differs    at byte 45: held "}\\n", signed "}"

      Content-Type: application/json
      X-Name: Zoë
      X-Name: again

      {
        "event": "call.ended",
        "id": 12345678901234567890,
        "list": [],
        "x": {
          "y": [
            1,
            2.50
          ]
        }
      }

      attempt 1  2025-11-13 02:13:20.000Z  http://localhost:3000/webhooks  30.00 s
        timeout: no answer in 30 s

      attempt 2  2025-11-13 02:13:20.000Z  http://localhost:3000/webhooks  12 ms
        500
        Server: app

        boom

      the app answered 500 "boom": look at its log; telepath-hooks replay last-failed tries again
      "
    `);
  });

  it.each([
    ["text", Buffer.from("plain\r\ntext\n"), "plain\\r\ntext"],
    ["JSON that is broken", Buffer.from('{"a":'), '{"a":'],
    ["bytes", Buffer.from([0x00, 0xff, 0x41, 0x1b]), "00000000  00 ff 41 1b                                      ..A."],
    ["a long body of bytes", Buffer.alloc(5000, 0xfe), "… and 904 bytes more; show --body gives all"],
  ])("shows %s", async (_what, body, expected) => {
    const { cwd } = await projectWith({ body, event: null, callId: null });
    expect((await run(["show", "last"], { cwd })).stdout).toContain(`\n${expected}\n`);
  });

  it("prints the exact body with --body", async () => {
    const { cwd } = await projectWith({ body: everyByte });
    const { exitCode, bytes, stderr } = await run(["show", "last", "--body"], { cwd });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(bytes).toEqual(everyByte);
  });

  it("prints the exact request with --raw", async () => {
    const high = "\u0080\u00ff";
    const { cwd } = await projectWith({
      method: "PUT",
      target: "/a?b=%20c",
      headers: [
        ["host", "example.test"],
        ["X-High", high],
        ["x-high", "2"],
        ["Content-Length", "256"],
      ],
      body: everyByte,
    });
    const { bytes } = await run(["show", "last", "--raw"], { cwd });
    const head = `PUT /a?b=%20c HTTP/1.1\r\nhost: example.test\r\nX-High: ${high}\r\nx-high: 2\r\nContent-Length: 256\r\n\r\n`;
    expect(bytes).toEqual(Buffer.concat([Buffer.from(head, "latin1"), everyByte]));
  });

  it("says when only a part of the body is on record", async () => {
    const { cwd } = await projectWith({ body: Buffer.from("{"), bodyState: "too-large" });
    expect((await run(["show", "last"], { cwd })).stdout).toContain("over the limit");
    expect(await run(["show", "last", "--body"], { cwd })).toMatchObject({
      stdout: "{",
      stderr: expect.stringContaining("first part") as unknown,
    });
  });

  it("prints everything as one object with --json, which verify reads back to the byte", async () => {
    const { cwd, ids } = await projectWith({
      headers: [
        ["X-A", "1"],
        ["__proto__", "2"],
      ],
      body: everyByte,
      signature: invalid,
      attempts: [attempt()],
    });
    const { bytes, stdout } = await run(["show", "last", "--json"], { cwd });
    expect(jsonLines(stdout)).toMatchObject([
      {
        type: "delivery",
        id: ids[0],
        headers: [
          ["X-A", "1"],
          ["__proto__", "2"],
        ],
        body: { base64: everyByte.toString("base64") },
        signature: { verdict: "invalid", diagnosis: { code: "trailing-newline" } },
        attempts: [{ number: 1, status: 200, response: { status: 200, body: { text: "fine" } } }],
      },
    ]);
    const [request] = readDump(bytes).requests;
    expect(Buffer.compare(request?.body ?? Buffer.alloc(0), everyByte)).toBe(0);
  });

  it.each([[[]], [["--body"]], [["--raw"]], [["--json"]]])(
    "sends nothing to a terminal that it would obey, with %j",
    async (argv) => {
      const evil = "\u001b]52;c;aGk=\u0007\u009b2J\u202e\r";
      const { cwd } = await projectWith({
        target: `/${evil}`,
        headers: [[`X-${evil}`, evil]],
        body: Buffer.from(evil),
        event: evil,
        callId: evil,
        signature: { verdict: "valid", secret: evil, diagnosis: null },
        attempts: [
          attempt({ url: evil, response: { status: 200, headers: [[evil, evil]], body: Buffer.from(evil) } }),
          attempt({ number: 2, response: null, failure: "reset", message: evil }),
        ],
      });
      const { stdout, exitCode } = await run(["show", "last", "--no-color", ...argv], { cwd, tty: true });
      expect(exitCode).toBe(0);
      expect(stdout.replaceAll("\n", "")).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
    },
  );
});

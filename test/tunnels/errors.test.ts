import { assert, property, string } from "fast-check";
import { describe, expect, it } from "vitest";
import { AgentCallError, tellingLine } from "../../src/tunnels/agent-process.ts";
import { DeadlineError, within } from "../../src/tunnels/deadline.ts";
import { sdkError, tunnelError } from "../../src/tunnels/errors.ts";
import { redact } from "../../src/tunnels/redact.ts";

const step = { doing: "sign in to ngrok", address: "edge.example:443", secrets: ["tok-en/secret+1"] };

describe("an error of the SDK", () => {
  it.each([
    ["ERR_NGROK_105", "TUNNEL_TOKEN_REFUSED"],
    ["ERR_NGROK_107", "TUNNEL_TOKEN_REFUSED"],
    ["ERR_NGROK_4018", "TUNNEL_TOKEN_REFUSED"],
    ["ERR_NGROK_108", "TUNNEL_SESSION_LIMIT"],
    ["ERR_NGROK_334", "TUNNEL_NAME_TAKEN"],
    ["ERR_NGROK_320", "TUNNEL_DOMAIN_REFUSED"],
    ["ERR_NGROK_727", "TUNNEL_QUOTA"],
    ["ERR_NGROK_99999", "TUNNEL_REFUSED"],
  ])("with %s becomes %s and a next step, by its last line too", (ngrokCode, code) => {
    const text = `failed\n\nYour authtoken: tok-en/secret+1\u001b[31m\n\nerror_code: ${ngrokCode}`;
    for (const failure of [{ message: text }, { message: "failed tok-en/secret+1", errorCode: ngrokCode }]) {
      const result = tunnelError(new AgentCallError(failure), step);
      expect(result.code).toBe(code);
      expect(`${result.message} ${result.hint}`).toMatch(new RegExp(ngrokCode, "i"));
      expect(result.hint).not.toBe("");
      expect(`${result.message}${result.hint}`).not.toMatch(/tok-en|\u001b|\n/);
    }
  });

  it.each([
    ["failed to establish tcp connection", "TUNNEL_UNREACHABLE", /firewall/],
    ["tls handshake error", "TUNNEL_TLS_FAILED", /connect_cas: host/],
    ["failed to deserialize rpc response", "TUNNEL_UNREACHABLE", /again/],
    ["something new", "TUNNEL_REFUSED", /ngrok\.com\/docs\/errors/],
  ])("that says %j becomes %s", (text, code, hint) => {
    const result = tunnelError(new AgentCallError({ message: `failed to connect session: ${text}` }), step);
    expect([result.code, result.hint]).toEqual([code, expect.stringMatching(hint)]);
  });

  it("that never came names the time", async () => {
    const late = await within(new Promise(() => {}), 5).catch((error: unknown) => error);
    expect(late).toBeInstanceOf(DeadlineError);
    expect(tunnelError(late, step).message).toBe(
      "ngrok at edge.example:443 did not answer within 0.005 s when asked to sign in to ngrok",
    );
  });
});

describe("an SDK that does not load", () => {
  it("tells a missing package from a missing C++ runtime", () => {
    const missing = { message: "Cannot find module '@ngrok/ngrok-linux-x64-gnu'", code: "MODULE_NOT_FOUND" };
    const broken = { message: "The specified module could not be found.", code: "ERR_DLOPEN_FAILED" };
    expect(sdkError(missing)).toMatchObject({
      code: "TUNNEL_SDK_MISSING",
      hint: expect.stringContaining("--omit=optional"),
    });
    expect(sdkError(broken)).toMatchObject({ code: "TUNNEL_SDK_BROKEN", hint: expect.stringContaining("Visual C++") });
    expect(sdkError(new DeadlineError(5_000)).message).toBe("ngrok's SDK did not load within 5 s");
  });
});

describe("the last words of a process", () => {
  it.each([
    ["thread 'main' panicked at src/lib.rs:1:2:\nboom\nthread caused non-unwinding panic. aborting.", /^thread 'main'/],
    ["FATAL ERROR: threadsafe_function.rs:749\n 1: 0xb7 node::Abort()\n13: 0xbb _start [/usr/bin/node]\n", /^FATAL/],
    ["node:internal/x:1\n\nError: Cannot find module 'x'\n    at y\n\nNode.js v20.20.2\n", /^Error: Cannot find/],
    ["one\ntwo\n", /^two$/],
  ])("are those that say why: %j", (printed, words) => {
    expect(tellingLine(printed)).toMatch(words);
  });

  it("can be none", () => {
    expect(tellingLine(" \n")).toBeUndefined();
  });
});

describe("redact", () => {
  it("leaves no trace of a secret, in any of its shapes", () => {
    const secret = string({ minLength: 4, unit: "grapheme" }).filter((text) => !"[redacted]".includes(text));
    assert(
      property(secret, string(), string(), (value, before, after) => {
        const shapes = [
          value,
          JSON.stringify(value).slice(1, -1),
          encodeURIComponent(value),
          Buffer.from(value).toString("base64"),
        ];
        for (const shape of shapes) expect(redact(`${before}${shape}${after}`, [value])).not.toContain(shape);
      }),
    );
  });

  it("takes the longer secret first, and an empty one for none", () => {
    expect(redact("user:password and password", ["password", "user:password", ""])).toBe("[redacted] and [redacted]");
  });
});

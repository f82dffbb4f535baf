import { createHmac } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { HeaderList } from "../../src/model/http.ts";
import { Secret } from "../../src/model/secret.ts";
import { signatureRecord } from "../../src/signatures/record.ts";
import { signature, signedHeader } from "../../src/signatures/sign.ts";
import { verifySignature } from "../../src/signatures/verify.ts";

const secret = new Secret("It's a Secret to Everybody", "test");
const body = Buffer.from("Hello, World!");
// https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries: the same header form.
const published = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
const digits = published.slice("sha256=".length);

function verdictOf(...values: string[]) {
  const headers: HeaderList = values.map((value) => ["X-Telepath-Signature", value]);
  return verifySignature(body, headers, [secret]);
}

describe("a signature that is not one", () => {
  it.each([
    ["nothing", ""],
    ["the prefix alone", "sha256="],
    ["two digits", "sha256=ab"],
    ["63 digits", published.slice(0, -1)],
    ["65 digits", `${published}0`],
    ["upper-case digits", `sha256=${digits.toUpperCase()}`],
    ["an upper-case prefix", `SHA256=${digits}`],
    ["no prefix", digits],
    ["another prefix", `sha1=${digits}`],
    ["64 letters beyond ASCII", `sha256=${"é".repeat(64)}`],
    ["a megabyte", `sha256=${"a".repeat(1_000_000)}`],
    ["a NUL before the end", `${published.slice(0, -1)}\0`],
    ["a NUL after the end", `${published}\0`],
    ["a line end after it", `${published}\n`],
    ["white space around it", ` ${published} `],
    ["two in one header", `${published}, ${published}`],
    ["a lone surrogate", "sha256=\ud800"],
  ])("%s is malformed and nothing is thrown", (_case, value) => {
    expect(verdictOf(value)).toEqual({ verdict: "invalid", reason: "malformed-signature" });
  });

  it("whatever it is, the verdict is a value", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (value) => {
        expect(verdictOf(value)).toEqual({ verdict: "invalid", reason: "malformed-signature" });
        expect(["missing", "invalid"]).toContain(verifySignature(body, [[value, published]], [secret]).verdict);
      }),
    );
  });
});

describe("verifySignature", () => {
  it("misses a header that is not there", () => {
    expect(verifySignature(body, [["X-Hub-Signature-256", published]], [secret])).toEqual({ verdict: "missing" });
  });

  it.each([
    ["the right one first", [published, `sha256=${"0".repeat(64)}`]],
    ["the right one last", [`sha256=${"0".repeat(64)}`, published]],
    ["the right one twice", [published, published]],
  ])("calls repeated headers ambiguous: %s", (_case, values) => {
    expect(verdictOf(...values)).toEqual({ verdict: "invalid", reason: "ambiguous-signature" });
  });

  it("finds the header whatever its case, also when the names differ in case", () => {
    expect(verifySignature(body, [["x-TELEPATH-signature", published]], [secret]).verdict).toBe("valid");
    const headers: HeaderList = [
      ["x-telepath-signature", published],
      ["X-TELEPATH-SIGNATURE", published],
    ];
    expect(verifySignature(body, headers, [secret])).toEqual({ verdict: "invalid", reason: "ambiguous-signature" });
  });

  it("sees a change of any single bit of body and signature", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), fc.nat(), (bytes, at) => {
        const header = signedHeader(bytes, secret);
        expect(verifySignature(bytes, [header], [secret]).verdict).toBe("valid");
        const changed = bytes.slice();
        changed[at % bytes.length]! ^= 1 << (at % 8);
        expect(verifySignature(changed, [header], [secret])).toEqual({ verdict: "invalid", reason: "mismatch" });
      }),
    );
  });

  it("compares equal lengths only, and a difference at either end the same way", () => {
    const first = `sha256=${digits.startsWith("0") ? "1" : "0"}${digits.slice(1)}`;
    const last = `${published.slice(0, -1)}${published.endsWith("0") ? "1" : "0"}`;
    expect(verdictOf(first)).toEqual({ verdict: "invalid", reason: "mismatch" });
    expect(verdictOf(last)).toEqual({ verdict: "invalid", reason: "mismatch" });
  });

  it("names the first secret that matches", () => {
    const others = [new Secret("a", "first"), secret, new Secret("It's a Secret to Everybody", "same")];
    expect(verifySignature(body, [["X-Telepath-Signature", published]], others)).toEqual({
      verdict: "valid",
      secret: "test",
    });
    expect(verifySignature(body, [["X-Telepath-Signature", published]], [])).toMatchObject({ reason: "mismatch" });
  });
});

describe("signature", () => {
  it("gives GitHub's documented example", () => {
    expect(signature(body, secret)).toBe(published);
  });

  // RFC 4231 §4.3; the keys of its other cases are blank or no UTF-8, so no secrets here.
  it.each([
    ["Jefe", "what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"],
    ["key", "", "5d5d139563c95b5967b9bd9a8c9b233a9dedb45072794cd232dc1b74832607d0"],
  ])("agrees with RFC 4231 for %j", (key, data, expected) => {
    expect(signature(Buffer.from(data), new Secret(key, "rfc"))).toBe(`sha256=${expected}`);
  });

  it("is what node:crypto alone computes over any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.string({ unit: "grapheme", minLength: 1 }), (bytes, key) => {
        fc.pre(key.trim() !== "");
        const expected = createHmac("sha256", Buffer.from(key, "utf8")).update(bytes).digest("hex");
        expect(signature(bytes, new Secret(key, "any"))).toBe(`sha256=${expected}`);
      }),
    );
  });
});

describe("signatureRecord", () => {
  const headers: HeaderList = [["X-Telepath-Signature", published]];
  it.each([
    ["unchecked without secrets", [], headers, "unchecked", null],
    ["unchecked without secrets and header", [], [], "unchecked", null],
    ["missing", [secret], [], "missing", null],
    ["invalid for another secret", [new Secret("other", "other")], headers, "invalid", null],
    [
      "invalid for a malformed header",
      [secret],
      [["X-Telepath-Signature", "sha256=ab"]] as HeaderList,
      "invalid",
      null,
    ],
    ["valid with the name of the secret", [new Secret("other", "other"), secret], headers, "valid", "test"],
  ] as const)("is %s", (_case, secrets, list, verdict, name) => {
    expect(signatureRecord(body, list, secrets)).toEqual({ verdict, secret: name, diagnosis: null });
  });
});

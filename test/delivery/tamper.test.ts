import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tampered, tamperings, type Tampering } from "../../src/delivery/tamper.ts";
import { Secret } from "../../src/model/secret.ts";
import { verifySignature } from "../../src/signatures/verify.ts";

const secret = new Secret("whsec_test", "test");
const body = Buffer.from('{"event":"call.ended","duration_seconds":95}');

describe("a tampered request", () => {
  it.each(Object.keys(tamperings) as Tampering[])("never verifies: %s", (how) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 50 }), (bytes) => {
        const made = tampered(bytes, secret, how);
        expect(verifySignature(made.body, made.signature, [secret]).verdict).not.toBe("valid");
      }),
    );
  });

  it.each([
    ["body", "mismatch"],
    ["signature", "mismatch"],
    ["wrong-secret", "mismatch"],
    ["wrong-prefix", "malformed-signature"],
    ["truncated", "malformed-signature"],
  ] as const)("fails for the reason it is made for: %s", (how, reason) => {
    const made = tampered(body, secret, how);
    expect(verifySignature(made.body, made.signature, [secret])).toEqual({ verdict: "invalid", reason });
  });

  it("keeps the body of all kinds but one, whose JSON stays JSON of the same length", () => {
    for (const how of Object.keys(tamperings) as Tampering[]) {
      const made = Buffer.from(tampered(body, secret, how).body);
      expect(made.equals(body)).toBe(how !== "body");
    }
    expect(Buffer.from(tampered(body, secret, "body").body).toString()).toBe(
      '{"event":"call.ended","duration_seconds":85}',
    );
  });
});

import { createHmac } from "node:crypto";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { Secret } from "../../src/model/secret.ts";
import { hmacSha256 } from "../../src/signatures/hmac.ts";

function agrees(body: Uint8Array, value: string): void {
  const expected = createHmac("sha256", Buffer.from(value)).update(body).digest("hex");
  expect(hmacSha256(body, new Secret(value, "test")).toString("hex")).toBe(expected);
}

it("is the HMAC-SHA256 of RFC 4231, test case 2", () => {
  const digest = hmacSha256(Buffer.from("what do ya want for nothing?"), new Secret("Jefe", "test"));
  expect(digest.toString("hex")).toBe("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
});

it("agrees with node:crypto at the lengths where its way changes", () => {
  for (const key of [1, 63, 64, 65, 200]) {
    for (const length of [0, 1, 55, 56, 64, 16_383, 16_384, 16_385, 40_000]) {
      agrees(Buffer.alloc(length, 0xe9), "k".repeat(key));
    }
  }
});

it("agrees with node:crypto on any secret and body, one after the other", () => {
  const value = fc.string({ unit: "binary", minLength: 1, maxLength: 100 }).filter((text) => text.trim() !== "");
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), value, agrees));
});

it("keeps each digest: the next does not change it", () => {
  const secret = new Secret("Jefe", "test");
  const first = hmacSha256(Buffer.from("a"), secret);
  const before = first.toString("hex");
  hmacSha256(Buffer.from("b"), secret);
  expect(first.toString("hex")).toBe(before);
});

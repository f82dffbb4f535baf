import { createHmac } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Secret } from "../../src/model/secret.ts";
import { signature } from "../../src/signatures/sign.ts";
import { verifySignature } from "../../src/signatures/verify.ts";

// Vectors of other projects stay outside of this one. Where they lie beside the repository they are tested.
const folder = new URL("../../../shared/vectors/", import.meta.url);
const here = existsSync(folder);

function read(name: string): unknown {
  return JSON.parse(readFileSync(new URL(name, folder), "utf8"));
}

interface Triple {
  id: string;
  secret: string;
  bodyBase64: string;
  header: string;
  valid: boolean;
  /** Says where its project accepts more than Telepath's form. */
  note?: string;
}

interface Rfc4231 {
  vectors: { id: string; keyHex: string; dataHex: string; hmacSha256Hex: string }[];
}

interface Wycheproof {
  testGroups: { tagSize: number; tests: { tcId: number; key: string; msg: string; tag: string; result: string }[] }[];
}

describe.skipIf(!here)("third-party vectors (skipped unless ../shared/vectors lies beside the repository)", () => {
  it("agrees with every published triple of secret, body and header", () => {
    const triples = read("public-sha256-triples.json") as Triple[];
    expect(triples.length).toBeGreaterThan(10);
    for (const { id, secret, bodyBase64, header, valid, note } of triples) {
      const check = () => {
        const headers = [["X-Telepath-Signature", header]] as const;
        return verifySignature(Buffer.from(bodyBase64, "base64"), headers, [new Secret(secret, id)]).verdict;
      };
      if (secret === "") expect(check, id).toThrow(/is empty/);
      else expect([id, check()]).toEqual([id, valid && note === undefined ? "valid" : "invalid"]);
    }
  });

  it("agrees with RFC 4231 and Wycheproof wherever the key is text", () => {
    const rfc = read("rfc4231-hmac-sha256.json") as Rfc4231;
    const wycheproof = read("wycheproof-hmac-sha256.json") as Wycheproof;
    const vectors = [
      ...rfc.vectors.map(({ id, keyHex, dataHex, hmacSha256Hex: tag }) => ({ id, keyHex, dataHex, tag, valid: true })),
      ...wycheproof.testGroups
        .filter(({ tagSize }) => tagSize === 256)
        .flatMap(({ tests }) => tests)
        .map(({ tcId, key: keyHex, msg: dataHex, tag, result }) => {
          return { id: `wycheproof ${tcId}`, keyHex, dataHex, tag, valid: result === "valid" };
        }),
    ];
    for (const { id, keyHex, dataHex, tag, valid } of vectors) {
      const key = Buffer.from(keyHex, "hex");
      const data = Buffer.from(dataHex, "hex");
      // The vectors hold for the primitive with any key; for ours where the key is the UTF-8 of a text.
      const whole = tag.length === 64;
      if (whole) expect([id, createHmac("sha256", key).update(data).digest("hex") === tag]).toEqual([id, valid]);
      const text = key.toString("utf8");
      if (!whole || text.trim() === "" || !Buffer.from(text, "utf8").equals(key)) continue;
      expect([id, signature(data, new Secret(text, id)) === `sha256=${tag}`]).toEqual([id, valid]);
    }
  });
});

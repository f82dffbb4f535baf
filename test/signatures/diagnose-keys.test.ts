import { createHash, createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { Secret } from "../../src/model/secret.ts";
import { judge } from "../../src/signatures/judge.ts";
import { digestOf, dumped, secret } from "./sample.ts";

const body = '{"event":"call.started","call_id":"call_abc123xyz"}';
const value = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

function codeFor(given: string, used: string | Uint8Array): string | undefined {
  const judgement = judge(dumped(body, body, { key: used, fidelity: "exact" }), [new Secret(given, "given")], {
    explain: true,
    now: () => 0,
  });
  expect(judgement.verdict).toBe("invalid");
  expect(JSON.stringify(judgement)).not.toContain(value.slice(8));
  return judgement.diagnosis?.code;
}

describe("a secret that is not the one used", () => {
  it.each([
    ["ends with LF", `${value}\n`, value, "secret-trailing-newline"],
    ["ends with CRLF", `${value}\r\n`, value, "secret-trailing-newline"],
    ["ends with a written \\n", `${value}\\n`, value, "secret-trailing-newline"],
    ["has spaces around it", ` ${value} `, value, "secret-whitespace"],
    ["has a tab and a no-break space", `\t${value}\u00a0`, value, "secret-whitespace"],
    ["stands in double quotes", `"${value}"`, value, "secret-quotes"],
    ["stands in single quotes", `'${value}'`, value, "secret-quotes"],
    ["has one quote left", `${value}"`, value, "secret-quotes"],
    ["begins with a BOM", `\ufeff${value}`, value, "secret-bom"],
    ["holds a zero-width space", `${value.slice(0, 9)}\u200b${value.slice(9)}`, value, "secret-zero-width"],
    ["is an assignment", `TELEPATH_WEBHOOK_SECRET=${value}`, value, "secret-variable-assignment"],
    ["is an export with quotes", `export SECRET="${value}"`, value, "secret-variable-assignment"],
    ["is a whole .env file", `PORT=3000\nSECRET=${value}\nX=1\n`, value, "secret-variable-assignment"],
    ["has a prefix too much", `whsec_${value}`, value, "secret-prefix-kept"],
    ["has a prefix the sender cuts", value, value.slice(6), "secret-prefix-kept"],
    ["lacks its prefix", value.slice(6), value, "secret-prefix-removed"],
    ["is base64 that the sender decodes", value, Buffer.from(value.slice(6), "base64"), "secret-is-base64"],
    ["is hex that the sender decodes", "0123456789abcdef", Buffer.from("0123456789abcdef", "hex"), "secret-is-hex"],
    ["is percent-encoded", encodeURIComponent("a+b/c=="), "a+b/c==", "secret-percent-encoded"],
    ["has a line end at the sender", value, `${value}\n`, "secret-has-newline-at-sender"],
    ["has quotes at the sender", value, `"${value}"`, "secret-quotes"],
    ["is empty at the sender", value, "", "empty-secret"],
    ["is undefined at the sender", value, "undefined", "literal-undefined-secret"],
    ["is None at the sender", value, "None", "literal-undefined-secret"],
  ])("%s", (_case, given, used, code) => {
    expect(codeFor(given, used)).toBe(code);
  });

  it("has no cause when it is simply another one", () => {
    expect(codeFor(value, "whsec_entirely-different")).toBeUndefined();
  });

  it("and a body that was written again are proved together", () => {
    const pretty = JSON.stringify(JSON.parse(body), null, 2);
    const { verdict, diagnosis } = judge(dumped(pretty, body, { key: value }), [new Secret(`"${value}"`, "given")], {
      explain: true,
      now: () => 0,
    });
    expect(verdict).toBe("unverifiable");
    expect(diagnosis?.steps).toEqual([
      "print the JSON with other white space: compact",
      "take the quotes around the secret given off",
    ]);
  });
});

describe("a header that a strict receiver rejects", () => {
  const digits = digestOf(body);
  const base64 = Buffer.from(digits, "hex").toString("base64");
  it.each([
    ["upper-case digits", `sha256=${digits.toUpperCase()}`, "header-upper-hex"],
    ["no prefix", digits, "header-no-prefix"],
    ["an upper-case prefix", `SHA256=${digits}`, "header-prefix-case"],
    ["a colon", `sha256:${digits}`, "header-prefix-case"],
    ["base64", `sha256=${base64}`, "header-base64"],
    ["quotes", `"sha256=${digits}"`, "header-quoted"],
    ["white space", ` sha256=${digits} `, "header-whitespace"],
    ["a Python literal", `b'sha256=${digits}'`, "header-bytes-escaped"],
    ["digits cut off at 32", `sha256=${digits.slice(0, 32)}`, "header-truncated"],
    ["SHA-1", `sha1=${createHmac("sha1", secret.key()).update(body).digest("hex")}`, "header-sha1"],
    ["SHA-512", `sha512=${createHmac("sha512", secret.key()).update(body).digest("hex")}`, "header-sha512"],
    ["several", `sha256=${"0".repeat(64)},sha256=${digits}`, "header-several"],
    ["the secret itself", `sha256=${secret.reveal()}`, "header-has-secret"],
  ])("%s", (_case, header, code) => {
    const { verdict, reason, diagnosis } = judge(dumped(body, body, { header, fidelity: "exact" }), [secret], {
      explain: true,
      now: () => 0,
    });
    expect([verdict, reason]).toEqual(["invalid", "malformed-signature"]);
    expect(diagnosis).toMatchObject({ code, proven: true });
  });

  it("holds the signature under another name", () => {
    const headers = [["X-Hub-Signature-256", `sha256=${digits}`]] as const;
    expect(judge(dumped(body, body, { headers }), [secret], { explain: true, now: () => 0 })).toMatchObject({
      verdict: "unverifiable",
      reason: "missing-signature",
      diagnosis: { code: "header-wrong-name", proven: true },
    });
  });

  it("is in Stripe's form, timestamp and all", () => {
    const header = `t=1614265330,v1=${digestOf(`1614265330.${body}`)}`;
    const { diagnosis } = judge(dumped(body, body, { header, fidelity: "exact" }), [secret], {
      explain: true,
      now: () => 0,
    });
    expect(diagnosis?.steps).toEqual(['sign the timestamp header, "." and the body', "read the header as t=…,v1=…"]);
  });
});

describe("a sender that signs in another way", () => {
  const hash = (...parts: string[]) => createHash("sha256").update(parts.join("")).digest("hex");
  const key = secret.reveal();
  const more = [
    ["X-Telepath-Timestamp", "1767225600"],
    ["X-Telepath-Delivery", "7f0c2f9e"],
    ["Host", "hooks.example.test"],
  ] as const;
  it.each([
    ["no key", hash(body), "unkeyed-hash"],
    ["secret and body hashed", hash(key, body), "secret-concatenated"],
    ["body and secret hashed", hash(body, key), "secret-concatenated"],
    ["arguments swapped", digestOf(key, body), "arguments-swapped"],
    ["twice", digestOf(digestOf(body)), "double-hmac"],
    ["the body's hash", digestOf(hash(body)), "body-hash-signed"],
    ["with its timestamp", digestOf(`1767225600.${body}`), "timestamp-included"],
    ["with id and timestamp", digestOf(`7f0c2f9e.1767225600.${body}`), "id-timestamp-included"],
    ["as Slack does", digestOf(`v0:1767225600:${body}`), "slack-style"],
    ["with the URL", digestOf(`https://hooks.example.test/webhooks/telepath${body}`), "url-included"],
    ["a constant", digestOf("{}"), "constant-body-signed"],
  ])("%s", (_case, digest, code) => {
    const headers = [["X-Telepath-Signature", `sha256=${digest}`] as const, ...more];
    const judgement = judge(dumped(body, body, { headers, fidelity: "exact" }), [secret], {
      explain: true,
      now: () => 0,
    });
    expect(judgement).toMatchObject({ verdict: "invalid", reason: "mismatch", diagnosis: { code, proven: true } });
  });
});

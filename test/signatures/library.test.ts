import { createHmac } from "node:crypto";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { diagnose, sign, verify } from "../../src/signatures/library.ts";

const secret = "It's a Secret to Everybody";
// GitHub's documented example of the same header form:
// https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries#testing-the-webhook-payload-validation
const example = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

describe("sign", () => {
  it.each(["", "  ", "\n"])("refuses the secret %j", (blank) => {
    expect(() => sign("{}", blank)).toThrow(expect.objectContaining({ code: "EMPTY_SECRET" }));
  });

  it("refuses a secret that is not there", () => {
    expect(() => sign("{}", undefined as never)).toThrow(expect.objectContaining({ code: "EMPTY_SECRET" }));
  });

  it("gives the published signature, for text and for bytes", () => {
    expect(sign("Hello, World!", secret)).toBe(example);
    expect(sign(Buffer.from("Hello, World!"), secret)).toBe(example);
  });

  it("signs text as UTF-8", () => {
    const expected = createHmac("sha256", "ü").update(Buffer.from("é\u{1f4de}")).digest("hex");
    expect(sign("é\u{1f4de}", "ü")).toBe(`sha256=${expected}`);
  });
});

describe("verify", () => {
  it.each([
    ["no secret", []],
    ["an empty secret", ""],
    ["an empty secret beside a good one", [secret, ""]],
    ["a secret that is not there", undefined],
  ])("refuses %s", (_case, none) => {
    expect(() => verify("Hello, World!", example, none as never)).toThrow(
      expect.objectContaining({ code: "EMPTY_SECRET" }),
    );
  });

  it.each([
    ["missing", undefined],
    ["null", null],
    ["empty", ""],
    ["no header at all", []],
    ["there twice", [example, example]],
    ["joined from two", `${example}, ${example}`],
    ["without its prefix", example.slice(7)],
    ["of another algorithm", example.replace("sha256", "sha1")],
    ["in upper case", example.toUpperCase()],
    ["shortened", example.slice(0, -1)],
    ["too long", `${example}0`],
    ["of no hex digits", `sha256=${"z".repeat(64)}`],
    ["of other letters", `sha256=${"\u00e9".repeat(64)}`],
    ["another", example.replace("7571", "7572")],
  ])("says no to a signature that is %s", (_case, header) => {
    expect(verify("Hello, World!", header, secret)).toBe(false);
  });

  it("says no to another payload and to another secret", () => {
    expect(verify("Hello, World?", example, secret)).toBe(false);
    expect(verify("", example, secret)).toBe(false);
    expect(verify("Hello, World!", example, `${secret} `)).toBe(false);
  });

  it("says no to a body that a parser has been at, and warns the developer", async () => {
    const warning = once(process, "warning");
    expect(verify({ event: "call.ended" } as never, example, secret)).toBe(false);
    expect(verify(undefined as never, example, secret)).toBe(false);
    expect((await warning)[0]).toMatchObject({ code: "TELEPATH_NOT_RAW" });
  });

  it("says yes to the published example, as text and as bytes, its header alone or in a list", () => {
    expect(verify("Hello, World!", example, secret)).toBe(true);
    expect(verify(new TextEncoder().encode("Hello, World!"), [example], secret)).toBe(true);
  });

  it("says yes when any of several secrets matches", () => {
    expect(verify("Hello, World!", example, ["new one", secret])).toBe(true);
  });
});

describe("diagnose", () => {
  const body = '{"event":"call.ended","n":1}';
  const headers = { "x-telepath-signature": sign(body, secret), host: undefined };

  it.each([["none", []] as const, ["an empty one", ""] as const, ["one that is not there", undefined] as const])(
    "refuses to work with %s for a secret",
    (_case, none) => {
      expect(() => diagnose({ headers, body }, none as never)).toThrow(
        expect.objectContaining({ code: "EMPTY_SECRET" }),
      );
    },
  );

  it("finds a request as a handler was given it valid, and names no secret by its value", () => {
    expect(diagnose({ headers, body }, secret)).toEqual({
      verdict: "valid",
      reason: null,
      secret: "the secret argument",
      diagnosis: null,
      observations: [],
    });
    const list = [["X-Telepath-Signature", sign(body, "old")]] as const;
    const rotated = diagnose({ headers: list, body: Buffer.from(body) }, [secret, "old"]);
    expect(rotated).toMatchObject({ verdict: "valid", secret: "secret 2", diagnosis: { proven: true } });
  });

  it("proves what happened to a body, and to one that a framework parsed", () => {
    const found = diagnose({ headers, body: `${body}\n` }, secret);
    expect(found).toMatchObject({ verdict: "invalid", diagnosis: { code: "trailing-newline-added" } });
    const spaced = { "x-telepath-signature": sign(body.replaceAll(",", ", "), secret) };
    const parsed = diagnose({ headers: spaced, body: JSON.parse(body) as object }, secret);
    expect(parsed).toMatchObject({ verdict: "valid", diagnosis: { code: expect.stringMatching(/^json-/) as string } });
  });

  it("takes the length on the wire from Content-Length, and a header that came twice as two", () => {
    const cut = { ...headers, "content-length": String(body.length) };
    expect(diagnose({ headers: cut, body: body.slice(0, 9) }, secret)).toMatchObject({
      verdict: "unverifiable",
      reason: "body-truncated",
    });
    const twice = { "x-telepath-signature": [sign(body, secret), sign(body, "x")] };
    expect(diagnose({ headers: twice, body }, secret)).toMatchObject({ reason: "ambiguous-signature" });
  });

  it("tells neither the secret nor the right signature", () => {
    const told = JSON.stringify(diagnose({ headers, body: "{}" }, secret));
    expect(told).not.toContain(secret);
    expect(told).not.toContain(sign("{}", secret).slice(7));
  });
});

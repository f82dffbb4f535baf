import { describe, expect, it } from "vitest";
import { Secret } from "../../src/model/secret.ts";
import { judge, judgeReceived } from "../../src/signatures/judge.ts";
import { digestOf, dumped, secret } from "./sample.ts";

const body = '{"event":"call.ended","call_id":"call_abc123xyz"}';
const pretty = JSON.stringify(JSON.parse(body), null, 2);
const zeros = `sha256=${"0".repeat(64)}`;
const explain = { explain: true, now: () => 0 };

describe("judge: what cannot be told", () => {
  it.each([
    ["text", "body-lossy"],
    ["reserialised", "body-lossy"],
    ["truncated", "body-truncated"],
    ["absent", "body-not-in-dump"],
  ] as const)("a mismatch in a dump that is %s is unverifiable, never invalid", (fidelity, reason) => {
    const held = fidelity === "absent" ? "" : body;
    expect(judge(dumped(held, body, { fidelity, header: zeros }), [secret], explain)).toMatchObject({
      verdict: "unverifiable",
      reason,
      secret: null,
      diagnosis: null,
    });
  });

  it.each([
    ["fewer bytes than declared", body.slice(0, 20), body.length, "body-truncated"],
    ["more bytes than declared", `${body} and more`, 20, "body-lossy"],
    ["none of the bytes declared", "", body.length, "body-not-in-dump"],
  ])("an exact form with %s does not hold what was sent", (_case, held, declaredBytes, reason) => {
    const request = dumped(held, body, { fidelity: "exact", declaredBytes, header: zeros });
    expect(judge(request, [secret], explain)).toMatchObject({ verdict: "unverifiable", reason });
  });

  it.each([
    "sha256=[REDACTED]",
    "[Filtered]",
    "***",
    "sha256=1822b872…",
    "<redacted>",
    "sha256=xxxxxxxxxxxx",
    "{{signature}}",
    "sha256=$SIGNATURE",
  ])("a signature masked as %s is not in the dump", (header) => {
    const judgement = judge(dumped(body, body, { fidelity: "exact", header }), [secret], explain);
    expect(judgement).toMatchObject({ verdict: "unverifiable", reason: "signature-not-in-dump", diagnosis: null });
    expect(judgement.observations.join()).toContain("header-placeholder");
  });

  it("a missing signature is unverifiable, also in an exact dump", () => {
    const request = dumped(body, body, { fidelity: "exact", headers: [["Host", "a.test"]] });
    expect(judge(request, [secret], explain)).toMatchObject({ verdict: "unverifiable", reason: "missing-signature" });
  });
});

describe("judge: what a length and a coding say", () => {
  const coded = (signed: string) =>
    [
      ["X-Telepath-Signature", `sha256=${digestOf(signed)}`],
      ["Content-Encoding", "gzip"],
    ] as const;

  it("an empty body where one was declared is not made valid by the signature of no bytes", () => {
    const request = dumped("", "", { fidelity: "exact", declaredBytes: 412 });
    expect(judge(request, [secret], { explain: false })).toMatchObject({
      verdict: "unverifiable",
      reason: "body-not-in-dump",
    });
  });

  it("a text with fewer bytes than declared is lossy, not cut", () => {
    const request = dumped(body, body, { fidelity: "text", declaredBytes: body.length + 9, header: zeros });
    expect(judge(request, [secret], { explain: false })).toMatchObject({ reason: "body-lossy" });
  });

  it("exact bytes of a coded body stay invalid when other bytes match", () => {
    const request = dumped(pretty, body, { fidelity: "exact", headers: coded(body) });
    expect(judge(request, [secret], explain)).toMatchObject({ verdict: "invalid", reason: "mismatch" });
  });

  it("the length of a coded body says nothing about what was recovered from a decoded one", () => {
    const request = dumped(pretty, body, { fidelity: "exact", headers: coded(body), declaredBytes: 31 });
    expect(judge(request, [secret], explain)).toMatchObject({ verdict: "valid", secret: "given" });
  });
});

describe("judge: invalid", () => {
  it("a mismatch over the exact bytes, whether or not their number is declared", () => {
    for (const declaredBytes of [null, body.length]) {
      const request = dumped(body, body, { fidelity: "exact", declaredBytes, header: zeros });
      expect(judge(request, [secret], explain)).toMatchObject({
        verdict: "invalid",
        reason: "mismatch",
        diagnosis: null,
      });
    }
  });

  it("a malformed header, with the cause when a loose reading of it matches", () => {
    const upper = dumped(body, body, { fidelity: "exact", header: `sha256=${digestOf(body).toUpperCase()}` });
    expect(judge(upper, [secret], explain)).toMatchObject({
      verdict: "invalid",
      reason: "malformed-signature",
      diagnosis: { code: "header-upper-hex", proven: true },
    });
    const short = dumped(body, body, { fidelity: "exact", header: "sha256=ab" });
    expect(judge(short, [secret], explain)).toMatchObject({ reason: "malformed-signature", diagnosis: null });
  });

  it("repeated headers, with a word on whether one matches", () => {
    const right = `sha256=${digestOf(body)}`;
    const headers = [["X-Telepath-Signature", zeros] as const, ["x-telepath-signature", right] as const];
    const judgement = judge(dumped(body, body, { fidelity: "exact", headers }), [secret], explain);
    expect(judgement).toMatchObject({ verdict: "invalid", reason: "ambiguous-signature", diagnosis: null });
    expect(judgement.observations.join()).toContain("one of them matches the secret given");
  });

  it("a match that needs another body than the exact one held", () => {
    expect(judge(dumped(pretty, body, { fidelity: "exact" }), [secret], explain)).toMatchObject({
      verdict: "invalid",
      reason: "mismatch",
      secret: null,
      diagnosis: { code: "json-reserialised-pretty", proven: true },
    });
  });

  it("a match that needs another secret than the one given, even in a lossy form: the HMAC proves the bytes", () => {
    const untrimmed = new Secret(`${secret.reveal()}\n`, "secret.txt");
    expect(judge(dumped(body, body), [untrimmed], explain)).toMatchObject({
      verdict: "invalid",
      reason: "mismatch",
      secret: null,
      diagnosis: { code: "secret-trailing-newline", proven: true, firstDifference: null },
    });
  });

  it("a signature of no bytes for a body that is there", () => {
    const judgement = judge(dumped(body, "", { fidelity: "exact" }), [secret], explain);
    expect(judgement).toMatchObject({ verdict: "invalid", diagnosis: { code: "empty-body-hashed", proven: true } });
  });
});

describe("judge: valid", () => {
  it.each(["exact", "text", "reserialised", "truncated"] as const)("the bytes held match: %s", (fidelity) => {
    expect(judge(dumped(body, body, { fidelity }), [secret], explain)).toEqual({
      verdict: "valid",
      reason: null,
      secret: "given",
      diagnosis: null,
      observations: [],
    });
  });

  it("but not the empty body of a dump that left a body out", () => {
    const request = dumped("", "", { fidelity: "absent", declaredBytes: 412 });
    expect(judge(request, [secret], explain)).toMatchObject({
      verdict: "unverifiable",
      reason: "body-not-in-dump",
      diagnosis: { code: "empty-body-hashed", proven: true },
    });
  });

  it("nor one whose form keeps no body at all", () => {
    expect(judge(dumped("", "", { fidelity: "absent" }), [secret], explain)).toEqual({
      verdict: "unverifiable",
      reason: "body-not-in-dump",
      secret: null,
      diagnosis: null,
      observations: ["the signature is that of an empty body, by the secret given"],
    });
  });

  it("another reading of the same text matches, with what tells the two apart", () => {
    const request = dumped(`${body}\n`, body, { fidelity: "exact", otherReadings: [Buffer.from(body)] });
    const judgement = judge(request, [secret], { explain: false });
    expect(judgement).toMatchObject({ verdict: "valid", diagnosis: { code: "trailing-newline-added" } });
    expect(judgement.observations).toHaveLength(1);
  });

  it.each(["text", "reserialised"] as const)("bytes recovered from a lossy form match: %s", (fidelity) => {
    expect(judge(dumped(pretty, body, { fidelity }), [secret], explain)).toMatchObject({
      verdict: "valid",
      reason: null,
      secret: "given",
      diagnosis: { code: "json-reserialised-pretty", proven: true },
    });
  });

  it("an exact form was damaged, and what was recovered has the declared length", () => {
    const request = dumped(pretty, body, { fidelity: "exact", declaredBytes: body.length });
    expect(judge(request, [secret], explain).verdict).toBe("valid");
    const other = dumped(pretty, body, { fidelity: "exact", declaredBytes: body.length + 5 });
    expect(judge(other, [secret], explain).verdict).toBe("unverifiable");
  });

  it("a sender that signs something else than it sends is not made valid by a lossy form", () => {
    const judgement = judge(dumped(body, "[object Object]"), [secret], explain);
    expect(judgement).toMatchObject({ verdict: "unverifiable", diagnosis: { code: "object-object" } });
  });

  it.each([
    ["TELEPATH_WEBHOOK_SECRET_PREVIOUS", "secret-rotated"],
    ["TELEPATH_PREVIOUS_ACCOUNT", "secret-other-environment"],
    ["live.txt", "secret-other-environment"],
  ])("another known secret signed it: %s", (name, code) => {
    const other = new Secret("tp_whsec_live_9a8b", name);
    const judgement = judge(dumped(body, body, { key: other.reveal() }), [secret, other], explain);
    expect(judgement).toMatchObject({ verdict: "valid", secret: name, diagnosis: { code, proven: true } });
  });
});

describe("judge without explaining", () => {
  it("neither searches nor recovers", () => {
    const now = () => {
      throw new Error("the search looked at the clock");
    };
    expect(judge(dumped(pretty, body), [secret], { explain: false, now })).toEqual({
      verdict: "unverifiable",
      reason: "body-lossy",
      secret: null,
      diagnosis: null,
      observations: [],
    });
  });
});

describe("a request that was received", () => {
  const received = (held: string, value: string) => {
    const headers = [["X-Telepath-Signature", value]] as const;
    return judgeReceived({ method: "POST", target: "/", headers, body: Buffer.from(held) }, [secret]);
  };

  it("is explained, and nothing is said of one that cannot be explained", () => {
    expect(received(pretty, `sha256=${digestOf(body)}`)).toMatchObject({
      verdict: "invalid",
      diagnosis: { code: "json-reserialised-pretty", proven: true },
    });
    expect(received(pretty, zeros)).toMatchObject({ verdict: "invalid", diagnosis: null });
  });

  it("is called a request, of which nobody has made a dump", () => {
    const { diagnosis } = received(`${body}\n`, `sha256=${digestOf(body)}`);
    expect(diagnosis?.code).toBe("trailing-newline-added");
    expect(diagnosis?.summary).toBe("The request ends with a newline that was not signed; editors and echo add one.");
  });
});

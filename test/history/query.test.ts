import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { meets, parseCondition, type Condition } from "../../src/history/query.ts";

describe("parsing a condition", () => {
  it.each([
    "",
    " ",
    "duration",
    "=30",
    ">",
    "a.=1",
    ".=1",
    "a..b=1",
    "a[=1",
    "a[x]=1",
    'a["x]=1',
    'a["\\x"]=1',
    "a b=1",
    "a[0]b=1",
  ])("refuses %j and repeats it", (text) => {
    expect(() => parseCondition(text)).toThrow(
      expect.objectContaining({
        code: "INVALID_CONDITION",
        message: expect.stringContaining(`"${text}"`) as unknown,
        hint: expect.stringContaining("--where") as unknown,
      }),
    );
  });

  it.each<[string, string[], Condition["operator"], string]>([
    ["duration_seconds>30", ["duration_seconds"], ">", "30"],
    ["duration_seconds >= 30", ["duration_seconds"], ">=", "30"],
    ["metrics.ai_latency_ms<=900", ["metrics", "ai_latency_ms"], "<=", "900"],
    ["$.metrics.ai_latency_ms<900", ["metrics", "ai_latency_ms"], "<", "900"],
    [".reason!=unknown", ["reason"], "!=", "unknown"],
    ["items[0].id=a=b", ["items", "0", "id"], "=", "a=b"],
    ["items.0.id=", ["items", "0", "id"], "=", ""],
    ['["a.b"].c~x y', ["a.b", "c"], "~", "x y"],
    ["error_message~line\nend", ["error_message"], "~", "line\nend"],
    ["größe=1", ["größe"], "=", "1"],
    ["a-b=1", ["a-b"], "=", "1"],
  ])("reads %j", (text, path, operator, value) => {
    expect(parseCondition(text)).toEqual({ path, operator, value });
  });

  it("reads back whatever stands in quotes", () => {
    const condition = fc.record({
      path: fc.array(fc.string({ unit: "binary" }), { minLength: 1 }),
      operator: fc.constantFrom<Condition["operator"][]>("=", "!=", ">", ">=", "<", "<=", "~"),
      // What follows `>` or `!` could be part of the operator, and blanks around the value are not part of it.
      value: fc.string().map((text) => text.trim().replace(/^=+\s*/, "")),
    });
    fc.assert(
      fc.property(condition, ({ path, operator, value }) => {
        const text = `${path.map((member) => `[${JSON.stringify(member)}]`).join("")} ${operator} ${value}`;
        expect(parseCondition(text)).toEqual({ path, operator, value });
      }),
    );
  });

  it("takes time in proportion to a hostile text", () => {
    for (const text of [
      "a.".repeat(200_000),
      `["${"\\\\".repeat(200_000)}`,
      "[0]".repeat(200_000),
      " ".repeat(400_000),
    ]) {
      expect(() => parseCondition(text)).toThrow(expect.objectContaining({ code: "INVALID_CONDITION" }));
    }
  }, 5000);
});

describe("meeting a condition", () => {
  const payload = {
    event: "call.ended",
    duration_seconds: 42,
    digits: "007",
    ten: "10",
    at: "2026-03-01T10:00:00Z",
    done: true,
    carrier: null,
    metrics: { ai_latency_ms: 900.5 },
    list: [{ id: "a" }, { id: "b" }],
    ["a.b"]: 1,
  };

  it.each([
    ["duration_seconds=42", true],
    ["duration_seconds=42.0", true],
    ["duration_seconds=4.2e1", true],
    ["duration_seconds!=42", false],
    ["duration_seconds>5", true],
    ["duration_seconds>42", false],
    ["duration_seconds>=42", true],
    ["duration_seconds<100", true],
    ["duration_seconds<=41", false],
    ["duration_seconds~4", true],
    ["metrics.ai_latency_ms>900", true],
    ["digits=007", true],
    ["digits=7", false],
    ["ten>9", true],
    ["at>2026-02-28", true],
    ["at<2026-02-28", false],
    ["done=true", true],
    ["carrier=null", true],
    ["carrier!=twilio", true],
    ["list[1].id=b", true],
    ["list.2.id=b", false],
    ['list~"id":"b"', true],
    ["event~ended", true],
    ["event~Ended", false],
    ['["a.b"]=1', true],
    ["a.b=1", false],
    ["missing=1", false],
    ["missing>0", false],
    ["missing!=1", true],
    ["event.length=10", false],
    ["constructor~native", false],
    ["__proto__!=1", true],
  ])("%s: %s", (condition, expected) => {
    expect(meets(Buffer.from(JSON.stringify(payload)), [parseCondition(condition)])).toBe(expected);
  });

  it("needs every one of them", () => {
    const body = Buffer.from(JSON.stringify(payload));
    expect(meets(body, [parseCondition("duration_seconds>5"), parseCondition("done=false")])).toBe(false);
    expect(meets(body, [])).toBe(true);
  });

  it.each(["", "not json", "[", "\ufeff", '"text"', "1"])("is not done by %j, which has no members", (body) => {
    expect(meets(Buffer.from(body), [parseCondition("a=1")])).toBe(false);
  });
});

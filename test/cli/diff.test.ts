import { describe, expect, it } from "vitest";
import { projectWith, type Recorded } from "./recorded.ts";
import { jsonLines, run } from "./run.ts";

/** Compares two deliveries with these bodies, and whatever else is other about the second. */
async function diff(first: string | Buffer, second: string | Buffer, argv: string[] = [], changes: Recorded = {}) {
  const { cwd, ids } = await projectWith({ body: Buffer.from(first) }, { body: Buffer.from(second), ...changes });
  const ran = await run(["diff", ids[0]!, ids[1]!, "--json", ...argv], { cwd });
  const lines = jsonLines(ran.stdout);
  return { ...ran, differences: lines.slice(0, -1), summary: lines.at(-1) };
}

describe("telepath-hooks diff", () => {
  it.each([
    [[], "missing required argument 'first'"],
    [["last", "last", "last"], "too many arguments"],
    [["zzzz", "last"], "zzzz"],
    [["last"], "is no replay"],
  ])("refuses %j", async (argv, message) => {
    const { cwd } = await projectWith({});
    const { exitCode, stdout, stderr } = await run(["diff", ...argv], { cwd });
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toContain(message);
  });

  it.each([
    ["a value", '{"a":1,"b":"x"}', '{"a":2,"b":"x"}', [{ path: "a", first: "1", second: "2", change: "changed" }]],
    ["a digit far behind", "[9007199254740993]", "[9007199254740992]", [{ path: "[0]" }]],
    ["a number and its text", '{"a":1}', '{"a":"1"}', [{ first: "1", second: '"1"' }]],
    ["null and nothing", '{"a":null}', "{}", [{ path: "a", first: "null", second: null, change: "removed" }]],
    ["one of two members of a name", '{"a":1,"a":2}', '{"a":1,"a":3}', [{ path: "a", first: "2", second: "3" }]],
    ["a member too many of a name", '{"a":1}', '{"a":1,"a":1}', [{ first: null, second: "1", change: "added" }]],
    ["a longer list", '{"a":[1]}', '{"a":[1,{"b":2}]}', [{ path: "a[1]", second: '{"b":2}' }]],
    ["a name that is no word", '{"a.b":{"c":1}}', '{"a.b":{"c":2}}', [{ path: '["a.b"].c' }]],
    ["the whole value", "1", "{}", [{ path: "$", first: "1", second: "{}" }]],
  ])("finds %s, and says no", async (_name, first, second, found) => {
    const { exitCode, differences, summary } = await diff(first, second);
    expect(exitCode).toBe(1);
    expect(differences).toMatchObject(found.map((one) => ({ type: "difference", part: "body", ...one })));
    expect(summary).toMatchObject({ type: "summary", same: false, differences: found.length });
  });

  it.each([
    ["order and spacing", '{"a":1,"b":[1,2]}', '{ "b": [ 1, 2 ],\n "a": 1 }'],
    ["how a number is written", "[1,100,0.5,-0]", "[1.0,1e2,5E-1,0.000]"],
    ["how a string is escaped", '["A/é"]', '["\\u0041\\/\\u00e9"]'],
    [
      "what is volatile",
      '{"timestamp":1,"call_id":"a","x":{"call_id":1}}',
      '{"timestamp":2,"call_id":"b","x":{"call_id":2}}',
    ],
  ])("does not mind %s", async (_name, first, second) => {
    const { exitCode, differences, summary } = await diff(first, second);
    expect({ exitCode, differences }).toEqual({ exitCode: 0, differences: [] });
    expect(summary).toMatchObject({ same: true, sameBytes: false });
  });

  it("leaves out what is named instead: members anywhere, a whole path, headers; or nothing", async () => {
    const first = '{"timestamp":1,"m":{"ms":1,"n":1},"ms":1}';
    const second = '{"timestamp":2,"m":{"ms":2,"n":2},"ms":2}';
    const paths = async (ignore: string) =>
      (await diff(first, second, ["--ignore", ignore])).differences.map(({ path }) => path);
    expect(await paths("")).toEqual(["timestamp", "m.ms", "m.n", "ms"]);
    expect(await paths("timestamp, m.ms")).toEqual(["m.n", "ms"]);
    expect(await paths("ms,timestamp")).toEqual(["m.n"]);
  });

  it("compares method, target, signature and headers, whose case and order do not matter", async () => {
    const changes: Recorded = {
      target: "/other",
      signature: { verdict: "invalid", secret: null, diagnosis: null },
      headers: [
        ["X-New", "\u001b[2J"],
        ["content-type", "application/json"],
        ["Date", "now"],
      ],
    };
    const { differences } = await diff("{}", "{}", [], changes);
    expect(differences).toMatchObject([
      { part: "request", path: "target", first: "/webhooks", second: "/other" },
      { part: "request", path: "signature", first: "valid", second: "invalid" },
      { part: "header", path: "X-New", first: null, change: "added" },
    ]);
    const twice: Recorded["headers"] = [
      ["Content-Type", "application/json"],
      ["Content-Type", "text/plain"],
    ];
    expect((await diff("{}", "{}", ["--ignore", ""], { headers: twice })).differences).toMatchObject([
      { part: "header", path: "Content-Type", second: "text/plain" },
    ]);
  });

  it("compares what is no JSON by its lines, and what is no text by its bytes", async () => {
    const lines = await diff("a\nb\nc\nd", "a\nx\ny\nd\nd");
    expect(lines.differences).toMatchObject([
      { path: "line 2", first: "b", second: "x" },
      { path: "line 3", first: "c", second: "y" },
      { path: "line 4", first: null, second: "d" },
    ]);
    const bytes = await diff(Buffer.from([1, 0xff, 3]), Buffer.from([1, 0xfe, 3, 4]));
    expect(bytes.differences).toMatchObject([{ path: "byte 1", first: "ff03 (3 bytes)", second: "fe0304 (4 bytes)" }]);
    expect((await diff("{", "{}")).differences).toMatchObject([{ path: "line 1", first: "{", second: "{}" }]);
  });

  it("compares a replay with its original when it is named alone", async () => {
    const { cwd, history, ids } = await projectWith({ body: Buffer.from('{"n":1}') });
    const original = history.get(ids[0]!);
    await history.record({ ...original, source: "replay", replayOf: original.id, body: Buffer.from('{"n":2}') });
    const { exitCode, stdout } = await run(["diff", "last"], { cwd });
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(
      /^- \w{6} {2}call\.ended {2}listen .*\n\+ \w{6} {2}call\.ended {2}replay .*\n\n~ n {2}1 → 2\n\n1 difference \(left out: timestamp, /,
    );
  });

  it("says that two are the same, byte for byte or in other bytes, and escapes what a terminal would obey", async () => {
    const event = { event: "x\u001b[2J" };
    const { cwd, ids } = await projectWith(
      { body: Buffer.from('{"a":"1"}'), ...event },
      { body: Buffer.from('{"a":"\u009b1"}') },
      { body: Buffer.from('{ "a": "1" }') },
    );
    const text = async (one: number, other: number) => (await run(["diff", ids[one]!, ids[other]!], { cwd })).stdout;
    expect(await text(0, 0)).toContain("the same by meaning, byte for byte");
    expect(await text(0, 2)).toContain("the same by meaning, in other bytes: 9 bytes and 12 bytes");
    expect(await text(0, 1)).toContain("\\x9b1");
    expect(await text(0, 1)).not.toMatch(/[\u001b\u009b]/);
  });

  it("takes no longer than a moment for two large bodies", async () => {
    const list = (last: number) =>
      JSON.stringify(Array.from({ length: 200_000 }, (_, index) => (index === 199_999 ? last : index)));
    const { differences } = await diff(list(1), list(2));
    expect(differences).toHaveLength(1);
  });
});

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CaseResult, CaseVerdict } from "../../src/check/case.ts";
import { junitReport } from "../../src/cli/views/check/junit.ts";
import { defects } from "../check/defects.ts";
import { receiver, secret, type Seen } from "../check/receiver.ts";
import { junitProblems } from "../support/junit-schema.ts";
import { run } from "./run.ts";

const env = { TELEPATH_WEBHOOK_SECRET: secret };
const hostile = "]]><!--&amp;\u0000\u001b\u0085\u202e\ufffe\uffff\ud800\"'";

/** Any code unit, and often one of those that XML has no way to write. */
const text = fc
  .array(fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom(hostile, "]]>", "\ud800", "\udfff", "\r\n", "\u0001")))
  .map((parts) => parts.join(""));

function result(name: string, verdict: CaseVerdict, got: string): CaseResult {
  const about = { sends: got, expected: name, advice: got, run: () => Promise.reject(new Error("not to be run")) };
  return { case: { group: "events", name, ...about }, verdict, got, advice: got, deliveryIds: [], durationMs: 1.5 };
}

/** Everything but a delivery is answered with 200, which it should not be. */
const takesEverything = ({ request, response }: Seen): boolean => {
  if (request.method !== "POST") response.end();
  return request.method !== "POST";
};

describe("a JUnit report, held against the schema of Jenkins' xUnit plugin", () => {
  it("is told from one that Jenkins would not take", async () => {
    const suite = (inside: string) => `<testsuites><testsuite name="a" tests="1">${inside}</testsuite></testsuites>`;
    expect(await junitProblems(suite('<testcase name="a"><skipped message="b"/></testcase>'))).toEqual([]);
    expect(await junitProblems(suite('<testcase name="a" verdict="b"/>'))).toEqual([
      expect.stringContaining("verdict"),
    ]);
    expect(await junitProblems(suite('<testcase name="\u0001"/>'))).not.toEqual([]);
    expect(await junitProblems(suite('<testcase name="]]>">]]></testcase>'))).not.toEqual([]);
  });

  it("is accepted as check writes it, with cases that passed, failed, were warned of and skipped", async () => {
    const defect = defects.find(({ name }) => name.startsWith("answers 413"))!.step();
    const { url } = await receiver({ ...defect, refusal: () => hostile, turnAway: takesEverything });
    const { stdout } = await run(["check", `${url}/${hostile}`, "--report", "junit", "--slow", "1m"], { env });
    for (const tag of ["failure", "system-out", "skipped"]) expect(stdout).toContain(`<${tag}`);
    expect(await junitProblems(stdout)).toEqual([]);
  });

  it("is accepted whatever a case is called and an endpoint answers", async () => {
    const verdict = fc.constantFrom<CaseVerdict>("pass", "fail", "warn", "skip");
    const results = fc.sample(
      fc.tuple(text, verdict, text).map((parts) => result(...parts)),
      { numRuns: 500, seed: 1 },
    );
    const summary = { cases: 500, passed: 0, failed: 0, warned: 0, skipped: 0, durationMs: 1_234_567 };
    const report = junitReport({ url: hostile, startedAt: 0, results, summary });
    expect(report.match(/<testcase /g)).toHaveLength(500);
    expect(await junitProblems(report)).toEqual([]);
  });

  it("is accepted as verify writes it, whatever files are called and hold", async () => {
    const names = ["a", "]]>&<b>", "\u0001\u001b", "\u202e"];
    const payloads = [
      JSON.stringify({ event: hostile, call_id: hostile }),
      `{"event":"call.ended","${hostile.replaceAll('"', "")}":1}`,
      "\u0000",
    ];
    const files: Record<string, string> = { "dumps/nothing.txt": hostile };
    for (const [index, payload] of payloads.entries()) {
      for (const [at, name] of names.entries()) {
        const signature =
          at === 0 ? "" : `X-Telepath-Signature: ${at === 1 ? "sha256=" : hostile.replace("\u0000", "")}\r\n`;
        const head = `POST /${name} HTTP/1.1\r\n${signature}Content-Length: ${Buffer.byteLength(payload)}\r\n`;
        files[`dumps/${index}${name}.http`] = `${head}\r\n${payload}`;
      }
    }
    const { stdout, stderr } = await run(["verify", "dumps", "--report", "junit"], { env, files });
    expect(stderr).toContain("12 requests in 13 files");
    expect(stdout.match(/<testcase /g)).toHaveLength(13);
    expect(await junitProblems(stdout)).toEqual([]);
  });
});

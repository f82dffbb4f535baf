import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { freshFolder, run } from "../cli/run.ts";
import { receiver, secret } from "./receiver.ts";

const env = { TELEPATH_WEBHOOK_SECRET: secret };
const cases = ["--case", "signature/valid", "--case", "large-body", "--case", "get", "--case", "url/https"];

/** A receiver whose answer would break every form that it is put into as it is. */
const hostile = () =>
  receiver({
    turnAway({ request, response }) {
      if (request.method === "POST") return false;
      response.writeHead(200).end();
      return true;
    },
    judge: (_, { body }) => (body.length > 100_000 ? 413 : null),
    accept: ({ response }) => void response.end("ok"),
  });

async function report(form: string, ...flags: string[]) {
  const { url } = await hostile();
  return run(["check", `${url}/<script>alert(1)</script>&"x"`, ...cases, "--report", form, ...flags], { env });
}

describe("check --report", () => {
  it("junit: one suite a group, counts that add up, nothing that XML would read as markup", async () => {
    const { stdout, exitCode } = await report("junit");
    expect(exitCode).toBe(1);
    const lines = stdout.replaceAll(/ time="[\d.]+"/g, "").split("\n");
    expect(lines.slice(0, 4)).toEqual([
      '<?xml version="1.0" encoding="UTF-8"?>',
      expect.stringMatching(/^<testsuites name="[^"<>]*" tests="4" failures="1" errors="0">$/),
      '  <testsuite name="url" tests="1" failures="0" errors="0" skipped="1">',
      '    <testcase name="https" classname="url">',
    ]);
    expect(stdout).toMatch(/<failure message="200" type="http\/get">sent: a GET request\n/);
    expect(stdout).toMatch(/<system-out>warning: 413\n/);
    expect(stdout).not.toContain("<script>");
    expect(stdout).toMatch(/<\/testsuites>\n$/);
  });

  it("markdown: a table, and how to mend what did not pass", async () => {
    const { stdout } = await report("markdown");
    expect(stdout).toContain(
      "| ✗ failed | http/get | an answer that is not 2xx, best 405: events come by POST | 200 |",
    );
    expect(stdout).toContain("## How to mend it\n\n- **payload/large-body**: raise the limit");
    expect(stdout).not.toContain("<script>");
  });

  it("json: one object with the cases as --json has them", async () => {
    const { stdout } = await report("json");
    const { cases: found, summary } = JSON.parse(stdout) as { cases: object[]; summary: object };
    expect(found).toHaveLength(4);
    expect(summary).toMatchObject({ cases: 4, passed: 1, failed: 1, warned: 1, skipped: 1 });
  });

  it("html: a page that holds everything and asks for nothing", async () => {
    const cwd = freshFolder();
    const { url } = await hostile();
    const argv = ["check", `${url}/<script>`, ...cases, "--report", "html", "--output", "check.html"];
    const ran = await run(argv, { env, cwd });
    expect(ran.stdout).toContain("✗ get"); // the text is printed as well
    const page = readFileSync(join(cwd, "check.html"), "utf8");
    expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(page).not.toMatch(/<script|src=|href="[^#]|https?:\/\/(?!127\.0\.0\.1)/);
    expect(page).toContain('<li id="http%2Fget" class="fail"><details open>');
  });
});

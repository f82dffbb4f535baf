import stringWidth from "fast-string-width";
import { describe, expect, it } from "vitest";
import { run, type Surroundings } from "../cli/run.ts";
import { defects } from "./defects.ts";
import { receiver, right, secret, type Steps } from "./receiver.ts";

async function lines(defect: Partial<Steps>, flags: string[], around: Surroundings = {}): Promise<string[]> {
  const { url } = await receiver(defect);
  const argv = ["check", `${url}/hooks`, "--slow", "1m", "--no-color", ...flags];
  const ran = await run(argv, { env: { TELEPATH_WEBHOOK_SECRET: secret }, tty: true, columns: 80, ...around });
  return ran.stdout.split("\n");
}

const answering = (status: number, body = "", headers: Record<string, string> = {}): Partial<Steps> => ({
  turnAway({ response }) {
    response.writeHead(status, headers).end(body);
    return true;
  },
});

describe("the lines of check", () => {
  it("say in one what a first failure keeps from being learnt, over whole groups", async () => {
    const found = await lines(answering(404, "Cannot POST /hooks"), []);
    const from = found.indexOf("signature");
    expect(found.slice(from, from + 13)).toEqual([
      "signature",
      '  ✗ valid                        404 "Cannot POST /hooks"',
      "      sent     a rightly signed call.started",
      "      expected 2xx",
      "      mend     give the URL with the path of the endpoint's route; the app has",
      "               none at this one",
      expect.stringMatching(/^ {6}look {5}telepath-hooks show \w{6}$/),
      "  – nothing to learn here while signature/valid fails:",
      expect.stringMatching(/^ {6}wrong-secret, missing, /),
      expect.any(String),
      expect.any(String),
      "",
      "events, payload, delivery, limits, http",
    ]);
    expect(found[from + 13]).toBe("  – 31 cases: nothing to learn here while signature/valid fails");
  });

  it("offer no code for the raw body where no route was found, and do where the signature was refused", async () => {
    const stderr = async (status: number): Promise<string> => {
      const { url } = await receiver(answering(status));
      const ran = await run(["check", url, "--case", "signature/valid"], { env: { TELEPATH_WEBHOOK_SECRET: secret } });
      return ran.stderr;
    };
    expect(await stderr(404)).not.toContain("--framework");
    expect(await stderr(401)).toContain("--framework express");
  });

  it("say where a redirect leads, and blame it for all that follows", async () => {
    const found = await lines(answering(307, "", { location: "/hooks/\u00e9" }), ["--no-history"]);
    expect(found).toContain("  ✗ redirect                     307 to /hooks/é");
    expect(found).toContain("signature, events, payload, delivery, limits, http");
    expect(found).toContain("  – 44 cases: nothing to learn here while url/redirect fails");
  });

  it("quote the words of an error page, not its markup", async () => {
    const page = "<!DOCTYPE html>\n<html><head><title>Error</title></head><pre>TypeError: no &lt;body&gt;</pre></html>";
    const found = await lines(answering(500, page, { "content-type": "text/html" }), ["--case", "signature/valid"]);
    expect(found).toContain('  ✗ valid                        500 "TypeError: no <body>"');
  });

  it.each([40, 59, 60, 80, 200])("fit a terminal of %i columns, and hide no reason", async (columns) => {
    const defect = { ...answering(500, "word ".repeat(16)), turnAway: right.turnAway };
    const found = await lines({ ...defect, refusal: () => "word ".repeat(16) }, [], { columns });
    for (const line of found) expect(stringWidth(line), line).toBeLessThanOrEqual(columns);
    const text = found.join(" ").replaceAll(/\s+/g, " ");
    expect(text).toContain("--probe-url or --probe-command lets the check read how many were processed");
  });

  it("say how far the check came when it is interrupted", async () => {
    const controller = new AbortController();
    const found = await lines({}, ["--group", "signature"], {
      interrupted: controller.signal,
      onStdout: (text) => text.includes("missing") && controller.abort(),
    });
    expect(found.at(-2)).toMatch(/^interrupted after 3 of 13 cases: 3 passed in /);
  });

  it("say why a warning fails with --strict", async () => {
    const { url } = await receiver(defects.find(({ name }) => name.startsWith("answers 413"))!.step());
    const argv = ["check", url, "--case", "large-body", "--strict"];
    const ran = await run(argv, { env: { TELEPATH_WEBHOOK_SECRET: secret } });
    expect(ran.stderr).toContain("with --strict, a warning is a failure\n");
  });
});

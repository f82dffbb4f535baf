import { AxeBuilder } from "@axe-core/playwright";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { beforeEach, describe, expect, it } from "vitest";
import { freshFolder, run } from "../cli/run.ts";
import { noBrowser, openPage } from "../support/browser.ts";
import { receiver, right, secret } from "./receiver.ts";

/** Markup, an order of reading, an end of a line and what no page may hold, as a person would send them to do harm. */
const hostile =
  "<script>document.title='owned'</script></dd>\u202etxt.exe\u0000\u001b<img src=//127.0.0.1:9 onerror=alert(1)>";

/** One that takes what it should refuse, warns, and answers with the above. */
const defective = () =>
  receiver({
    turnAway({ request, response }) {
      if (request.method === "POST") return false;
      response.writeHead(200).end();
      return true;
    },
    refusal: () => hostile,
    judge: (_, { body }) => (body.length > 100_000 ? 413 : null),
    matches: (signature, body) => right.matches(signature.toLowerCase(), body),
  });

const looks = [
  ["light", 320, "open"],
  ["light", 1200, "as they are"],
  ["dark", 320, "as they are"],
  ["dark", 1200, "open"],
] as const;

describe.skipIf(noBrowser !== "")(`check's HTML report in a browser${noBrowser}`, () => {
  let file = "";
  beforeEach(async () => {
    const cwd = freshFolder();
    file = join(cwd, "check.html");
    const { url } = await defective();
    const cases = [
      "--group",
      "signature",
      "--case",
      "large-body",
      "--case",
      "get",
      "--case",
      "unicode",
      "--case",
      "https",
    ];
    const argv = ["check", `${url}/<script>alert(1)</script>`, ...cases, "--report", "html", "--output", file];
    const { exitCode } = await run(argv, { cwd, env: { TELEPATH_WEBHOOK_SECRET: secret } });
    expect(exitCode).toBe(1);
  });

  it.each(looks)(
    "has no accessibility violation, %s and %i pixels wide, with all cases %s",
    async (colorScheme, width, state) => {
      const { page, close } = await openPage(file, { colorScheme, viewport: { width, height: 800 } });
      const cases = page.locator("details");
      if (state === "open") await cases.evaluateAll((all) => all.forEach((each) => each.toggleAttribute("open", true)));
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
      expect(await page.locator("html").evaluate((html) => html.scrollWidth)).toBeLessThanOrEqual(width);
      await close();
    },
  );

  it("asks for nothing, says nothing, and shows hostile text as text", async () => {
    const { page, requests, complaints, close } = await openPage(file, {});
    expect(requests).toEqual([pathToFileURL(file).href]);
    expect(complaints).toEqual([]);
    expect(await page.title()).toMatch(/^Contract check of http:\/\/127\.0\.0\.1:\d+\//);
    expect(await page.locator("script, img, link").count()).toBe(0);
    const keepsSecrets = page.locator("li", { hasText: "keeps-secrets" });
    await keepsSecrets.locator("summary").click();
    const text = await keepsSecrets.innerText();
    expect(text).toContain("<script>document.title='owned'</script></dd><U+202E>txt.exe\\x00\\x1b<img");
    expect(text).not.toMatch(/[\u0000\u001b\u202e]/);
    await close();
  });

  it("is read without scripts: what is to be mended first, every case by a click, all of it on paper", async () => {
    const { page, close } = await openPage(file, { javaScriptEnabled: false });
    expect(await page.getByRole("navigation").innerText()).toBe(
      "✗\nsignature/upper-case-hex failed\n✗\nhttp/get failed\n!\npayload/large-body warning",
    );
    for (const verdict of ["pass", "fail", "warn", "skip"]) {
      const item = page.locator(`section li.${verdict}`).first();
      const expected = item.locator("dt", { hasText: "expected" });
      const open = verdict === "fail" || verdict === "warn";
      expect(await expected.isVisible()).toBe(open);
      if (!open) await item.locator("summary").click();
      expect(await expected.isVisible()).toBe(true);
    }
    await page.getByRole("link", { name: "payload/large-body" }).click();
    expect(new URL(page.url()).hash).toBe("#payload%2Flarge-body");
    expect(await page.locator(":target").getAttribute("class")).toBe("warn");
    await page.reload();
    await page.emulateMedia({ media: "print" });
    const hidden = await page.locator("dl").evaluateAll((all) => all.filter((each) => !each.checkVisibility()).length);
    expect(hidden).toBe(0);
    await close();
  });
});

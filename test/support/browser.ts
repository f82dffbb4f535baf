import { existsSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import { afterAll } from "vitest";

/** Where Debian, Fedora, Arch and macOS put it; `CHROMIUM` names another. */
const path = [
  process.env["CHROMIUM"] ?? "",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
].find((each) => existsSync(each));

/** Why no page can be opened here; empty when one can. */
export const noBrowser =
  path === undefined ? " (skipped: chromium is not installed; CHROMIUM names one elsewhere)" : "";

let browser: Promise<Browser> | undefined;

/** A page as a person would see it, and all that it did beside being shown. */
export interface OpenPage {
  page: Page;
  /** Every address it asked for, its own included. */
  requests: string[];
  /** What it said on the console, with what it threw. */
  complaints: string[];
  close(): Promise<void>;
}

/** Opens a file in a browser of its own profile; the browser itself is shared by the tests of a file. */
export async function openPage(file: string, options: BrowserContextOptions): Promise<OpenPage> {
  browser ??= launched();
  const context = await (await browser).newContext(options);
  const page = await context.newPage();
  const requests: string[] = [];
  const complaints: string[] = [];
  page.on("request", (request) => requests.push(request.url()));
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("dialog", (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(pathToFileURL(file).href);
  return { page, requests, complaints, close: () => context.close() };
}

async function launched(): Promise<Browser> {
  // Its sandbox does not start as root, and nothing but our own pages is opened.
  const args = ["--no-sandbox", "--disable-dev-shm-usage"];
  const started = await chromium.launch({ executablePath: path!, args });
  return started;
}

afterAll(async () => {
  await (await browser)?.close();
});

import { createHmac } from "node:crypto";
import { app, type App, type Received } from "../cli/app.ts";
import { freshFolder } from "../cli/run.ts";
import { startOnTerminal, type Terminal, type TerminalOptions } from "./terminal.ts";

const secret = "screen-secret-0123456789";

export interface ScreenSession {
  terminal: Terminal;
  app: App;
  cwd: string;
  /** Of the receiver. */
  url: string;
  /** Sends an event and resolves once it is answered. */
  send(event: string, callId: string, path?: string): Promise<number>;
}

export const env = { TELEPATH_WEBHOOK_SECRET: secret, TZ: "UTC" };

/** `listen` on a terminal, with an app behind it. */
export async function listenOnTerminal(
  options: Partial<TerminalOptions> & { argv?: string[] } = {},
  respond: Parameters<typeof app>[0] = answerByPath,
): Promise<ScreenSession> {
  const { argv = [], ...rest } = options;
  const behind = await app(respond);
  const cwd = options.cwd ?? freshFolder();
  const listen = ["listen", "--port", String(behind.port), "--tunnel", "none", ...argv];
  const terminal = startOnTerminal(listen, { ...rest, cwd, env: { ...env, ...options.env } });
  const url = await receiverUrl(terminal);
  return { terminal, app: behind, cwd, url, send: (...what) => sendTo(url, ...what) };
}

export async function receiverUrl(terminal: Terminal): Promise<string> {
  await terminal.shows(/q quit/);
  return /local URL +(\S+)/.exec(terminal.screen())![1]!;
}

export async function sendTo(url: string, event: string, callId: string, path = "/webhooks"): Promise<number> {
  const body = JSON.stringify({ event, call_id: callId });
  const signature = `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
  const headers = { "X-Telepath-Signature": signature };
  return (await fetch(url + path, { method: "POST", headers, body })).status;
}

/** `/500` is answered 500, and so on; anything else 200. */
function answerByPath({ url }: Received, response: Parameters<NonNullable<Parameters<typeof app>[0]>>[1]): void {
  response.statusCode = Number(/^\/(\d{3})/.exec(url)?.[1] ?? 200);
  response.end(response.statusCode < 300 ? "" : "TypeError: no such thing\n    at handler (app.js:1:2)\n    at next\n");
}

/** What differs between runs, put into words of the same width. */
export function normalised(view: string): string {
  return view
    .replaceAll(/\b\d\d:\d\d:\d\d\b/g, "hh:mm:ss")
    .replaceAll(/(p50|p99) \d[\d.]* m?s/g, "$1 T")
    .replaceAll(/ *\b\d[\d.]* m?s\b/g, (duration) => "T ms".padStart(duration.length))
    .replaceAll(/\b01[0-9A-HJKMNP-TV-Z]{24}\b/g, "01JDELIVERYIDxxxxxxxxxxxxx")
    .replaceAll(/\b(?=[A-Z]*\d)[0-9A-HJKMNP-TV-Z]{6}\b|\b[A-HJKMNP-TV-Z]{6}\b/g, "DELIVR")
    .replaceAll(/(127\.0\.0\.1|localhost):\d{5}/g, "$1:PPPPP");
}

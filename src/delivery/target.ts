import { TelepathError } from "../model/errors.ts";

/** Where a request goes: what to connect to, and what to ask for there. */
export interface Target {
  /** Scheme, host and port. */
  origin: string;
  /** Host and port, as the `Host` header says them. */
  host: string;
  /** Path and query. */
  target: string;
}

/**
 * Reads a URL a user typed. Only http and https, and no user name or password: they would end up in the history and in
 * what is printed.
 *
 * @throws TelepathError `INVALID_TARGET`, whose text repeats no credentials
 */
export function parseTarget(text: string): Target {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:\/\//i.test(text)) {
    const shown = text.includes("@") ? "what was given" : JSON.stringify(text);
    const meant = likelyUrl(text);
    throw new TelepathError(
      "INVALID_TARGET",
      `${shown} is not a URL to send to`,
      meant === undefined ? "for example http://localhost:3000/webhooks" : `did you mean ${meant}?`,
    );
  }
  if (url.username !== "" || url.password !== "") {
    throw new TelepathError(
      "INVALID_TARGET",
      `the URL for ${url.host} carries a user name or password`,
      "give them as a header: --header 'Authorization: Basic …'",
    );
  }
  return { origin: url.origin, host: url.host, target: url.pathname + url.search };
}

/** `localhost:3000/hooks`, `:3000`, `3000`, `example.com`: the URL without its scheme, or no more than a port. */
function likelyUrl(text: string): string | undefined {
  const [, host = "", port, rest = ""] = /^(\[[\da-f:.]+\]|[a-z\d.-]*)(?::(\d+))?([/?][!-~]*)?$/i.exec(text) ?? [];
  const isPort = /^\d+$/.test(host) && port === undefined;
  const isHost = port !== undefined || localHost.test(host) || /^[a-z\d-]+(\.[a-z\d-]+)+$/i.test(host);
  if (text.includes("@") || !(isPort || isHost)) return undefined;
  const where = isPort ? `localhost:${host}` : `${host || "localhost"}${port === undefined ? "" : `:${port}`}`;
  const scheme = localHost.test(where.replace(/:\d+$/, "")) ? "http" : "https";
  const url = `${scheme}://${where}${rest}`;
  return URL.canParse(url) ? url : undefined;
}

/** A target as a URL, for people. */
export function targetUrl({ origin, target }: Target): string {
  return origin + target;
}

/** The names by which a machine calls itself (RFC 6761 §6.3, RFC 1122 §3.2.1.3, RFC 4291 §2.5.3). */
const localHost = /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/i;

/** True for a URL of this machine: the rules for public URLs do not concern it. */
export function isLocal(origin: string): boolean {
  return localHost.test(new URL(origin).hostname);
}

import { headerValue, isSameName, type Header, type HeaderList } from "../model/http.ts";

/** What the gateway knows of its own place between sender and app. */
export interface ProxyPlace {
  /** A tunnel or proxy of the user's stands in front, and says itself whom it forwards for. */
  behindProxy: boolean;
  /** Of the URL senders call. */
  scheme: "http" | "https";
  /** The name of this gateway, by which it knows its own requests again should they come back to it. */
  name: string;
}

/**
 * Adds what proxies add: `Via` (RFC 9110 §7.6.3) and `X-Forwarded-For`, `-Host` and `-Proto`.
 *
 * A tunnel or proxy in front has said those three better: they stay as it wrote them, and only absent ones are added.
 * With nothing in front they are the sender's own invention and are replaced, so that no app takes a made-up address
 * for the caller's.
 */
export function withProxyHeaders(received: HeaderList, { behindProxy, scheme, name }: ProxyPlace): HeaderList {
  const said = new Set<string>();
  const kept = received.filter((header) => {
    const forwarded = forwardedName(header);
    if (forwarded === undefined) return true;
    said.add(forwarded);
    return behindProxy;
  });
  const host = headerValue(received, "host");
  const own: Header[] = [["X-Forwarded-For", "127.0.0.1"]]; // the receiver takes connections of this machine only
  if (host !== undefined) own.push(["X-Forwarded-Host", host]);
  own.push(["X-Forwarded-Proto", scheme]);
  const missing = behindProxy ? own.filter(([header]) => !said.has(header.toLowerCase())) : own;
  return [...kept, ...missing, ["Via", `1.1 ${name}`]];
}

/** Whether the gateway of that name has forwarded this request before (RFC 9110 §7.6.3). */
export function cameBack(headers: HeaderList, name: string): boolean {
  return headers.some(
    ([header, value]) => isSameName(header, "via") && value.split(",").some((hop) => hop.includes(name)),
  );
}

function forwardedName([name]: Header): string | undefined {
  if (name.length < "x-forwarded-for".length) return undefined;
  const lower = name.toLowerCase();
  return lower === "x-forwarded-for" || lower === "x-forwarded-host" || lower === "x-forwarded-proto"
    ? lower
    : undefined;
}

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
  const headers: Header[] = [];
  const said: string[] = [];
  for (const header of received) {
    const forwarded = forwardedName(header[0]);
    if (forwarded !== undefined) said.push(forwarded);
    if (forwarded === undefined || behindProxy) headers.push(header);
  }
  const add = (header: string, value: string | undefined): void => {
    if (value !== undefined && !(behindProxy && said.includes(header))) headers.push([header, value]);
  };
  add("X-Forwarded-For", "127.0.0.1"); // the receiver takes connections of this machine only
  add("X-Forwarded-Host", headerValue(received, "host"));
  add("X-Forwarded-Proto", scheme);
  headers.push(["Via", `1.1 ${name}`]);
  return headers;
}

/** Whether the gateway of that name has forwarded this request before (RFC 9110 §7.6.3). */
export function cameBack(headers: HeaderList, name: string): boolean {
  return headers.some(
    ([header, value]) => isSameName(header, "via") && value.split(",").some((hop) => hop.includes(name)),
  );
}

function forwardedName(name: string): string | undefined {
  return forwardedNames.find((forwarded) => isSameName(name, forwarded));
}

const forwardedNames = ["X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto"];

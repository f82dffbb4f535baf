import { isOfOneConnection } from "../delivery/head.ts";
import { isSameName, withHeaders, type Header, type HeaderList } from "../model/http.ts";

/** The headers without those of the connection, otherwise in order, case and repetition. */
export function endToEnd(headers: HeaderList): HeaderList {
  return headers.filter(([name]) => !isOfOneConnection(name));
}

/** True for a header that the gateway must keep in its own hands. */
export function isFraming(name: string): boolean {
  return isOfOneConnection(name) || isSameName(name, "content-length");
}

/**
 * What the app is sent: `Host` names the app, in its place; each header the user adds replaces those of its name, in
 * the place of the first.
 */
export function forwardedHeaders(received: HeaderList, host: string, added: HeaderList): HeaderList {
  const own = endToEnd(received).map((header): Header => (isSameName(header[0], "host") ? [header[0], host] : header));
  return withHeaders(own, added);
}

import { isOfOneConnection } from "../delivery/head.ts";
import { withHeader, type Header, type HeaderList } from "../model/http.ts";

/** The headers without those of the connection, otherwise in order, case and repetition. */
export function endToEnd(headers: HeaderList): HeaderList {
  return headers.filter(([name]) => !isOfOneConnection(name));
}

/** True for a header that the gateway must keep in its own hands. */
export function isFraming(name: string): boolean {
  return isOfOneConnection(name) || name.toLowerCase() === "content-length";
}

/**
 * What the app is sent: `Host` names the app, in its place; each header the user adds replaces those of its name, in
 * the place of the first.
 */
export function forwardedHeaders(received: HeaderList, host: string, added: HeaderList): HeaderList {
  const own = endToEnd(received).map((header): Header => (isHost(header) ? [header[0], host] : header));
  return added.length === 0 ? own : withAll(own, added);
}

function isHost([name]: Header): boolean {
  return name.length === 4 && name.toLowerCase() === "host";
}

function withAll(headers: HeaderList, added: HeaderList): HeaderList {
  const names = new Set(added.map(([name]) => name.toLowerCase()));
  return [...names].reduce(
    (result, name) =>
      replaced(
        result,
        name,
        added.filter(([candidate]) => candidate.toLowerCase() === name),
      ),
    headers,
  );
}

/** A header added twice is sent twice. */
function replaced(headers: HeaderList, lowerName: string, values: HeaderList): HeaderList {
  const [[name, first], ...more] = values as [Header, ...Header[]];
  const result = [...withHeader(headers, name, first)];
  const at = result.findIndex(([candidate]) => candidate.toLowerCase() === lowerName);
  result.splice(at + 1, 0, ...more);
  return result;
}

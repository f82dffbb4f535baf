/** An absolute URL with its scheme and authority. Everything after is the path as sent: `new URL` would rewrite it. */
const ABSOLUTE = /^([a-zA-Z][a-zA-Z0-9+.-]{0,31}):\/\/([^/?#]*)/;

/** The path and query of a URL as a request target (RFC 9112 §3.2.1); a text that is no absolute URL stays as it is. */
export function originForm(url: string): string {
  const authority = ABSOLUTE.exec(url)?.[0];
  if (authority === undefined) return url;
  const [target = ""] = url.slice(authority.length).split("#", 1);
  return target.startsWith("/") ? target : `/${target}`;
}

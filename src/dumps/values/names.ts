/**
 * Names of one thing in many programs' spelling: `raw_body`, `rawBody` and `Raw-Body` are one name here, and so are
 * `X-Telepath-Signature`, `HTTP_X_TELEPATH_SIGNATURE` and `xTelepathSignature` but for CGI's prefix.
 */
export function plainName(name: string): string {
  const before = known.get(name);
  if (before !== undefined) return before;
  const plain = name.toLowerCase().replace(/[^a-z0-9]/g, "");
  if (known.size === mostKnown) known.clear();
  if (name.length <= longestKnown) known.set(name, plain);
  return plain;
}

/** A dump of thousands of requests asks for the same few names again and again. */
const known = new Map<string, string>();
const mostKnown = 1024;
const longestKnown = 64;

const shortestSignature = "xtelepathsignature".length;

/** Whether a name is the signature header's, in any spelling. */
export function namesSignature(name: string): boolean {
  if (name.length < shortestSignature || name.length > 64) return false;
  const plain = plainName(name);
  return plain === "xtelepathsignature" || plain === "httpxtelepathsignature";
}

/** Names of bodies, the rawest first: a parsed `body` beside a `rawBody` is the lesser witness. */
export const BODY_NAMES =
  `bodybase64 base64body rawbody bodyraw rawbodybase64 rawpost postdataentries datastring eventpayload raw
  content postdata body requestbody payload text data json`.split(/\s+/);
const bodyNames = new Set(BODY_NAMES);

/** Whether a member of that name can be a body, in any spelling. */
export function isBodyName(name: string): boolean {
  return name.length <= 32 && bodyNames.has(plainName(name));
}

/**
 * A header's name as it was before CGI, an ORM or a JavaScript object spelled it anew, as far as it can be told:
 * `HTTP_X_EVENT_ID`, `x_event_id` and `xEventId` are `X-Event-Id`. Undefined for a CGI variable that is no header.
 */
export function headerName(name: string, spelling: Spelling): string | undefined {
  if (spelling === "wire") return name;
  if (spelling === "camel") return titled(name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, "-"));
  if (spelling === "snake") return titled(name.replaceAll("_", "-"));
  const header = /^(?:HTTP_(.+)|(CONTENT_(?:TYPE|LENGTH)))$/i.exec(name);
  return header ? titled((header[1] ?? header[2] ?? "").replaceAll("_", "-")) : undefined;
}

/** How a container of headers spells their names. */
export type Spelling = "wire" | "cgi" | "snake" | "camel";

/** Told from the name of the signature header, or of any other. */
export function spellingOf(name: string): Spelling {
  if (/^HTTP_/i.test(name)) return "cgi";
  if (name.includes("_") && !name.includes("-")) return "snake";
  return /^x[A-Z]/.test(name) ? "camel" : "wire";
}

function titled(name: string): string {
  return name.toLowerCase().replace(/(?:^|-)[a-z]/g, (start) => start.toUpperCase());
}

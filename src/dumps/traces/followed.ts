import { TelepathError } from "../../model/errors.ts";
import type { Stream } from "../packets/reassembly.ts";
import { fromBase64 } from "../values/bodies.ts";

/** What one side of a connection sent, and whether it was printed with a dot for each byte that does not print. */
export interface Followed {
  streams: Stream[];
  isText: boolean;
}

const TITLE = /^Follow: [a-z0-9]{1,20},([a-z0-9-]{1,10})\r?$/m;
const NODE = /^Node 1: [^\n]*\n/m;

/** How a followed stream was printed: `ascii`, `raw`, `utf-8`; undefined when the text is none, or is `hex`. */
export function followedMode(text: string): string | undefined {
  const mode = TITLE.exec(text.slice(0, 1000))?.[1];
  return mode === "hex" ? undefined : mode;
}

/** Both sides of the streams that `tshark -z follow,…` printed, as text with lengths or as lines of hex. */
export function readFollowed(bytes: Buffer): Followed {
  const text = bytes.toString("latin1");
  const parts = text.split(/^={60,}\r?\n/m).filter((part) => TITLE.test(part.slice(0, 1000)));
  const isText = parts.some((part) => followedMode(part) !== "raw");
  const streams = parts.flatMap((part) => {
    const node = NODE.exec(part);
    const content = node ? part.slice(node.index + node[0].length) : "";
    return followedMode(part) === "raw" ? rawStreams(content) : textStreams(content);
  });
  return { streams, isText };
}

/** A line of hex for each packet, after a tab when the server sent it. */
function rawStreams(content: string): Stream[] {
  const sides = [/^[0-9a-f]+\r?$/, /^\t[0-9a-f]+\r?$/].map((side) =>
    content.split("\n").filter((line) => side.test(line)),
  );
  return sides.map((lines) => ({ pieces: [Buffer.from(lines.map((line) => line.trim()).join(""), "hex")] }));
}

/** A line with a length before the bytes of each packet, after a tab when the server sent it, and a line end after them. */
function textStreams(content: string): Stream[] {
  const sides: [Buffer[], Buffer[]] = [[], []];
  const mark = /(\t?)(\d{1,10})\r?\n/y;
  let at = 0;
  for (;;) {
    mark.lastIndex = at;
    const [whole, tab, length] = mark.exec(content) ?? [];
    if (whole === undefined) break;
    const start = at + whole.length;
    const end = start + Number(length);
    sides[tab === "" ? 0 : 1].push(Buffer.from(content.slice(start, end), "latin1"));
    at = end + 1;
  }
  return sides.map((pieces) => ({ pieces: [Buffer.concat(pieces)] }));
}

/** Whether a text is what `tshark -z follow,…,yaml` prints. */
export function isFollowedYaml(text: string): boolean {
  return /^\s{0,100}(?:={3,}\s{1,10}[^]{0,500}?)?peers:\r?\n {2}- peer: \d/.test(text) && text.includes("!!binary");
}

/**
 * The streams in YAML of that form, line by line: nothing but its own layout is understood, so tags and aliases mean
 * nothing here.
 */
export function readFollowedYaml(text: string): Stream[] {
  const peers = new Map<string, Buffer[]>();
  let peer: string | null = null;
  let digits: string[] | null = null;
  const close = (): void => {
    if (peer === null || digits === null) return;
    const bytes = fromBase64(digits.join(""));
    if (bytes === undefined) throw new TelepathError("BROKEN_DUMP", `the data of peer ${peer} is not base64`);
    const pieces = peers.get(peer);
    if (pieces) pieces.push(bytes);
    else peers.set(peer, [bytes]);
    digits = null;
  };
  for (const line of text.split("\n").map((raw) => raw.trim())) {
    const [, name, value = ""] = /^(?:- )?([a-z]{1,20}):(?: (.{0,100}))?$/.exec(line) ?? [];
    if (name === undefined) {
      digits?.push(line);
      continue;
    }
    close();
    if (name === "packet" || name === "peers") peer = null;
    if (name === "peer") peer = value;
    if (name === "data" && value.startsWith("!!binary")) digits = [];
  }
  close();
  return [...peers.values()].map((pieces) => ({ pieces: [Buffer.concat(pieces)] }));
}

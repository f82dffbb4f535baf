import type { Stream } from "../packets/reassembly.ts";

const MARK = /^([<>]) \d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d\.\d{1,9} {1,4}length=(\d{1,15}) from=(\d{1,15}) to=\d{1,15}/;
const LONGEST_MARK = 160;
const HEX_LINE = /^(?: [0-9a-f]{2})+(?= ? ?$| {2,})/;
const ESCAPES = new Map(
  [...Buffer.from("abvfr\\0")].map((letter, index) => [letter, [7, 8, 11, 12, 13, 92, 0][index]]),
);

/**
 * What went through socat, one stream for each direction of each connection: `from=` counts the bytes of a connection,
 * and so tells which one a block goes on with when there are several at a time.
 */
export function socatStreams(bytes: Buffer): { streams: Stream[]; isHex: boolean } {
  const open: { direction: string; length: number; blocks: Buffer[] }[] = [];
  const connections: { direction: string; length: number; blocks: Buffer[] }[] = [];
  let isHex = false;
  for (let at = nextMark(bytes, 0); at < bytes.length;) {
    const { direction, length, from, start } = markAt(bytes, at);
    const block = blockAt(bytes, start, length);
    isHex ||= block.isHex;
    let connection = open.findLast((each) => each.direction === direction && each.length === from);
    if (connection === undefined || from === 0) {
      connection = { direction, length: from, blocks: [] };
      connections.push(connection);
      open.push(connection);
      // Only the latest can be told apart, and a search among all would take quadratic time.
      if (open.length > 64) open.shift();
    }
    connection.blocks.push(block.bytes);
    connection.length += length;
    at = isMark(bytes, block.end) ? block.end : nextMark(bytes, start);
  }
  return { streams: connections.map(({ blocks }) => ({ pieces: [Buffer.concat(blocks)] })), isHex };
}

interface Mark {
  direction: string;
  length: number;
  from: number;
  start: number;
}

function markAt(bytes: Buffer, at: number): Mark {
  const [text = "", direction = "", length, from] = MARK.exec(bytes.toString("latin1", at, at + LONGEST_MARK)) ?? [];
  const newline = bytes.indexOf("\n", at + text.length);
  return { direction, length: Number(length), from: Number(from), start: newline === -1 ? bytes.length : newline + 1 };
}

function isMark(bytes: Buffer, at: number): boolean {
  const first = bytes[at];
  if (first !== 0x3c && first !== 0x3e) return false;
  return MARK.test(bytes.toString("latin1", at, at + LONGEST_MARK));
}

/** The next mark at the start of a line; `from` is one. */
function nextMark(bytes: Buffer, from: number): number {
  let at = from;
  while (!isMark(bytes, at)) {
    const newline = bytes.indexOf("\n", at);
    if (newline === -1) return bytes.length;
    at = newline + 1;
  }
  return at;
}

interface Block {
  bytes: Buffer;
  /** Where its text ends. */
  end: number;
  isHex: boolean;
}

function blockAt(bytes: Buffer, start: number, length: number): Block {
  const hex = hexBlock(bytes, start, length);
  return hex.bytes.length > 0 ? hex : textBlock(bytes, start, length);
}

/** Lines of hex up to `--` or to the next mark. */
function hexBlock(bytes: Buffer, start: number, length: number): Block {
  const pieces: Buffer[] = [];
  let at = start;
  for (let held = 0; held < length && at < bytes.length;) {
    const newline = bytes.indexOf("\n", at);
    const end = newline === -1 ? bytes.length : newline;
    const digits = HEX_LINE.exec(bytes.toString("latin1", at, end))?.[0];
    if (digits === undefined) break;
    const piece = Buffer.from(digits.replaceAll(" ", ""), "hex");
    pieces.push(piece);
    held += piece.length;
    at = end + 1;
  }
  if (bytes.toString("latin1", at, at + 3) === "--\n") at += 3;
  return { bytes: Buffer.concat(pieces), end: at, isHex: true };
}

/** As many bytes as the mark says: the next one can follow on the same line. */
function textBlock(bytes: Buffer, start: number, length: number): Block {
  const decoded = Buffer.alloc(Math.min(length, bytes.length - start));
  let held = 0;
  let at = start;
  while (held < decoded.length && at < bytes.length) {
    const escaped = bytes[at] === 0x5c ? ESCAPES.get(bytes[at + 1] ?? -1) : undefined;
    decoded[held] = escaped ?? bytes[at] ?? 0;
    at += escaped === undefined ? 1 : 2;
    held += 1;
  }
  return { bytes: decoded.subarray(0, held), end: at, isHex: false };
}

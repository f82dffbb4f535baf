/** A run of bytes that a tool printed as hex: a packet, or what it made of several. */
export interface HexSection {
  /** What the line before says it is: `Frame`, `Reassembled TCP`, `Uncompressed entity body`. */
  title: string | null;
  bytes: Buffer;
}

const LINE = /^([ \t]*)(?:0x)?([0-9a-f]{4,8})(:?)[ \t]{1,4}(?=[0-9a-f]{2})/i;
const TITLE = /^([A-Za-z][A-Za-z -]{0,60}) \(\d+ bytes\):?$/;
/** Groups of four digits end before column 40, pairs before column 49; after that comes the text. */
const GROUPS_END = 39;
const PAIRS_END = 49;

/**
 * The runs of bytes in a text that `tcpdump -X`, `tshark -x` or a followed stream printed. What the two sides of a
 * stream sent is told by its indentation. A run in which lines are missing ends before the first of them.
 */
export function readHexDump(text: string): HexSection[] {
  const sections: OpenSection[] = [];
  const open = new Map<string, OpenSection>();
  let title: string | null = null;
  for (const line of text.split("\n")) {
    const read = hexLine(line);
    if (read === undefined) {
      title = TITLE.exec(line.trim())?.[1] ?? null;
      continue;
    }
    let section = open.get(read.indent);
    if (read.offset === 0) {
      section = { title, pieces: [], length: 0 };
      sections.push(section);
      open.set(read.indent, section);
    }
    if (section?.length !== read.offset) continue;
    section.pieces.push(read.bytes);
    section.length += read.bytes.length;
  }
  return sections.map((section) => ({ title: section.title, bytes: Buffer.concat(section.pieces) }));
}

interface OpenSection {
  title: string | null;
  pieces: Buffer[];
  length: number;
}

function hexLine(line: string): { indent: string; offset: number; bytes: Buffer } | undefined {
  const [prefix, indent = "", offset = "", colon] = LINE.exec(line) ?? [];
  if (prefix === undefined) return undefined;
  const hex = line.slice(prefix.length, prefix.length + (colon ? GROUPS_END : PAIRS_END)).trimEnd();
  if (!/^(?:[0-9a-f]{2}){1,2}(?: {1,2}(?:[0-9a-f]{2}){1,2})*$/i.test(hex)) return undefined;
  return { indent, offset: Number.parseInt(offset, 16), bytes: Buffer.from(hex.replaceAll(" ", ""), "hex") };
}

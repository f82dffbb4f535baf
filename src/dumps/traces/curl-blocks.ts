/** What curl sent or received in one go: `=> Send data, 129 bytes (0x81)` and the lines under it. */
export interface CurlBlock {
  direction: "sent" | "received";
  bytes: Buffer;
  /** Whether the block's bytes were printed as text, with dots. */
  isText: boolean;
}

const MARK =
  /^(?:\d\d:\d\d:\d\d\.\d{6} )?(?:\[[^\]\n]{1,40}\] )?(?:(=>|<=) (?:Send|Recv) (header|data|SSL data), (\d{1,15}) bytes \(0x[0-9a-f]{1,16}\)|== Info:)/;
const LINE = /^([0-9a-f]{4,16}): /;
const HEX = /^(?:[0-9a-f]{2} ){1,16}(?: {3}){0,15}[ -~]{0,16}$/;
const HEX_WIDTH = 48;

/** Whether a line is one that curl puts before what it sends. */
export function isSendMark(line: string): boolean {
  const [, arrow, kind] = MARK.exec(line) ?? [];
  return arrow === "=>" && kind !== undefined;
}

/** The blocks in what `curl --trace` or `--trace-ascii` wrote. TLS records are left out. */
export function curlBlocks(text: string): CurlBlock[] {
  const blocks: CurlBlock[] = [];
  let current: { arrow: string; size: number; lines: string[] } | null = null;
  const close = (): void => {
    if (current) blocks.push({ direction: current.arrow === "=>" ? "sent" : "received", ...bytesOf(current) });
    current = null;
  };
  for (const raw of text.split("\n")) {
    const line = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
    const mark = MARK.exec(line);
    if (mark) {
      close();
      const [, arrow, kind, size] = mark;
      if (arrow !== undefined && kind !== "SSL data") current = { arrow, size: Number(size), lines: [] };
    } else if (LINE.test(line)) {
      current?.lines.push(line);
    }
  }
  close();
  return blocks;
}

function bytesOf({ size, lines }: { size: number; lines: string[] }): Pick<CurlBlock, "bytes" | "isText"> {
  const contents = lines.map((line) => line.replace(LINE, ""));
  // A block of text is never three times as long as its size says.
  const isHex = contents.length > 0 && contents.every((line) => HEX.test(line)) && isHexOfSize(contents, size);
  if (isHex) return { bytes: Buffer.concat(contents.map(hexBytes)), isText: false };
  return { bytes: Buffer.from(textOf(lines, size), "latin1"), isText: true };
}

function isHexOfSize(contents: string[], size: number): boolean {
  const count = contents.reduce((sum, line) => sum + hexBytes(line).length, 0);
  const characters = contents.reduce((sum, line) => sum + line.length, 0);
  return count === size || (count < size && characters > size);
}

function hexBytes(line: string): Buffer {
  return Buffer.from(line.slice(0, HEX_WIDTH).replaceAll(" ", ""), "hex");
}

/**
 * Lines break every 64 bytes and at each CRLF, which is left out: the offset of the next line, or the size, tells it.
 * What an editor cut off a line's end were spaces.
 */
function textOf(lines: string[], size: number): string {
  const offsets = lines.map((line) => Number.parseInt(line, 16));
  return lines
    .map((line, index) => {
      const content = Buffer.from(line.replace(LINE, "")).toString("latin1");
      const gap = (offsets[index + 1] ?? size) - (offsets[index] ?? 0) - content.length;
      if (gap === 2) return `${content}\r\n`;
      return gap > 0 && gap <= 64 ? content + " ".repeat(gap) : content;
    })
    .join("");
}

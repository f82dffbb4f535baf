import type { Segment } from "../packets/segment.ts";

const MARK = / IP(6?) (\S{1,100}) > (\S{1,100}): Flags \[[^\]\n]{0,20}\]([^\n]{0,300}?), length (\d{1,9})(?=$|:)/;
const SEQUENCE = /, seq (\d{1,10})/;
const OPTION_SIZES: Record<string, number> = { nop: 1, eol: 1, mss: 4, wscale: 3, sackOK: 2, TS: 10 };

/** Whether a line is one that tcpdump puts before a TCP packet. */
export function isTcpdumpMark(line: string): boolean {
  return MARK.test(line);
}

/**
 * The TCP segments in what `tcpdump -A` printed. It leaves out each CR before an LF; the length it tells gives back
 * those that can be told: all, or the ones in the head of a message.
 */
export function tcpdumpSegments(text: string): Segment[] {
  const segments: Segment[] = [];
  let packet: { mark: RegExpExecArray; lines: string[] } | null = null;
  const close = (): void => {
    const segment = packet && segmentOf(packet.mark, packet.lines.join("\n"));
    if (segment) segments.push(segment);
  };
  for (const line of text.split("\n")) {
    const mark = line.length < 1000 ? MARK.exec(line) : null;
    if (mark) {
      close();
      packet = { mark, lines: [] };
    } else packet?.lines.push(line);
  }
  close();
  return segments;
}

function segmentOf(mark: RegExpExecArray, text: string): Segment | undefined {
  const [, six, source = "", destination = "", details = "", length = "0"] = mark;
  const header = (six === "6" ? 40 : 20) + 20 + optionBytes(details);
  const size = Number(length);
  if (size === 0) return undefined;
  // Each character was a byte.
  const printed = Buffer.from(text).toString("latin1").slice(header);
  const payload = withCarriageReturns(printed, size);
  const sequence = Number(SEQUENCE.exec(details)?.[1] ?? 0);
  return { flow: `${source} > ${destination}`, sequence, opens: false, payload: Buffer.from(payload, "latin1") };
}

function optionBytes(details: string): number {
  const list = /, options \[([^\]]*)\]/.exec(details)?.[1];
  if (list === undefined) return 0;
  const sizes = list.split(",").map((option) => {
    const [name = "", count] = option.split(" ");
    return name === "sack" ? 2 + 8 * Number(count) : (OPTION_SIZES[name] ?? 0);
  });
  return Math.ceil(sizes.reduce((sum, size) => sum + size, 0) / 4) * 4;
}

/** The payload with CRs such that it has its size; its last line end can be tcpdump's own. */
function withCarriageReturns(printed: string, size: number): string {
  const candidates = [printed, printed.replace(/\n$/, "")].flatMap((text) => [
    text,
    text.replaceAll("\n", "\r\n"),
    headRestored(text),
  ]);
  return candidates.find((candidate) => candidate.length === size) ?? headRestored(printed).slice(0, size);
}

function headRestored(text: string): string {
  if (!/^(?:[A-Z]{1,20} \S+ )?HTTP\/1/.test(text)) return text;
  const end = text.indexOf("\n\n") + 2;
  return text.slice(0, end).replaceAll("\n", "\r\n") + text.slice(end);
}

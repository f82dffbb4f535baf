import type { DumpedRequest } from "../../model/dump.ts";
import { headerValue, type HeaderList } from "../../model/http.ts";
import { readHeaderLines, startsMessage } from "../http/head.ts";
import { readMessages } from "../http/messages.ts";
import { originForm } from "../http/target.ts";
import { announcedBytes, settleBody, type Reading, type SettledBody } from "../readings.ts";
import { streamRequests } from "./http.ts";
import { Reassembly } from "./reassembly.ts";
import { segmentOfUnknownLink, type Segment } from "./segment.ts";

/** What tshark shows of a packet, as far as a request is in it. */
export interface DissectedPacket {
  segment: Segment | undefined;
  /** The bytes of all segments that the message came in; null when it came in this packet alone, or is not shown. */
  reassembled: Buffer | null;
  method: string | null;
  url: string | null;
  /** Headers, one a line, in latin1; empty when the packet holds no request. */
  headerLines: string;
  /** The ways to read its body, which tshark shows with chunks undone and inflated. */
  body: Reading[];
}

/**
 * The requests in packets that tshark took apart. A message that is there with all its segments is exact; of any other
 * its headers are left, and its body as tshark shows it.
 */
export function requestsInDissected(packets: readonly DissectedPacket[]): DumpedRequest[] {
  const reassembly = new Reassembly();
  for (const { segment } of packets) if (segment) reassembly.add(segment);
  const inStreams = streamRequests(reassembly.streams()).requests;
  const shown = packets.filter(({ headerLines }) => headerLines !== "");
  if (shown.length === 0) return inStreams;

  const byHeaders = new Map<string, DumpedRequest[]>();
  for (const request of inStreams.filter(({ fidelity }) => fidelity === "exact")) {
    const key = JSON.stringify(request.headers);
    const alike = byHeaders.get(key);
    if (alike) alike.push(request);
    else byHeaders.set(key, [request]);
  }
  return shown.map((packet) => {
    const own = exactMessage(packet.reassembled) ?? exactMessage(packet.segment?.payload ?? null);
    const { headers } = readHeaderLines(Buffer.from(packet.headerLines, "latin1"), 0);
    return own ?? byHeaders.get(JSON.stringify(headers))?.shift() ?? asShown(packet, headers);
  });
}

/** A segment from the numbers tshark gives; undefined when it has no payload. */
export function dissectedSegment(
  payload: Buffer | null,
  frame: Buffer | null,
  numbers: { stream: string; port: string; sequence: string },
): Segment | undefined {
  if (payload === null || payload.length === 0) return frame === null ? undefined : segmentOfUnknownLink(frame);
  const sequence = /^\d{1,10}$/.test(numbers.sequence) ? Number(numbers.sequence) : 0;
  return { flow: `${numbers.stream} ${numbers.port}`, sequence, opens: false, payload };
}

const captureInstead = "The message is not in it as it was sent: give the capture itself (tshark -w capture.pcap).";

function exactMessage(bytes: Buffer | null): DumpedRequest | undefined {
  if (bytes === null || !startsMessage(bytes, 0)) return undefined;
  const [request] = readMessages(bytes);
  return request?.fidelity === "exact" ? request : undefined;
}

function asShown({ method, url, body }: DissectedPacket, headers: HeaderList): DumpedRequest {
  const target = url === null ? null : originForm(url);
  return { method: method ?? "POST", target, headers, ...decoded(settleBody(body, announcedBytes(headers)), headers) };
}

function decoded(settled: SettledBody, headers: HeaderList): SettledBody {
  const coding = headerValue(headers, "content-encoding");
  if (settled.fidelity !== "exact") return { ...settled, notes: [...settled.notes, captureInstead] };
  if (coding === undefined) return settled;
  const note = `The request was sent with Content-Encoding ${coding}, and tshark shows what it decodes to.`;
  return { ...settled, fidelity: "text", notes: [...settled.notes, note] };
}

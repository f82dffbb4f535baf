import type { Packet } from "./packet.ts";

/** The TCP segment in a packet. */
export interface Segment {
  /** Both addresses and ports: what tells one direction of one connection. */
  flow: string;
  /** The number of the payload's first byte, modulo 2^32. */
  sequence: number;
  /** Whether it opens the connection. */
  opens: boolean;
  payload: Buffer;
}

const NULL = 0;
const ETHERNET = 1;
const RAW = 101;
const LINUX_COOKED = 113;
const LINUX_COOKED_2 = 276;
const RAW_TYPES = new Set([12, 14, RAW, 228, 229]);
const LINK_TYPES = new Set([NULL, 108, ETHERNET, LINUX_COOKED, LINUX_COOKED_2, ...RAW_TYPES]);
const IP_TYPES = new Set([0x0800, 0x86dd]);
const VLAN_TAGS = new Set([0x8100, 0x88a8, 0x9100]);

/** Whether packets of this link type are understood. */
export function isKnownLinkType(linkType: number): boolean {
  return LINK_TYPES.has(linkType);
}

/** The TCP segment of a packet; undefined when it has none: other protocols, fragments of IP packets. */
export function segmentIn({ linkType, bytes }: Packet): Segment | undefined {
  const start = networkHeader(linkType, bytes);
  if (start === undefined) return undefined;
  const packet = bytes.subarray(start);
  const version = (packet[0] ?? 0) >> 4;
  if (version === 4) return inIpv4(packet);
  return version === 6 ? inIpv6(packet) : undefined;
}

/** The TCP segment of a packet whose link type is not told: tools that print packets leave it out. */
export function segmentOfUnknownLink(bytes: Buffer): Segment | undefined {
  for (const linkType of [RAW, ETHERNET, LINUX_COOKED, LINUX_COOKED_2, NULL]) {
    const segment = segmentIn({ linkType, bytes });
    if (segment) return segment;
  }
  return undefined;
}

/** The offset of the IP header. */
function networkHeader(linkType: number, bytes: Buffer): number | undefined {
  if (RAW_TYPES.has(linkType)) return 0;
  if (linkType === NULL || linkType === 108) return 4;
  if (linkType === LINUX_COOKED) return IP_TYPES.has(half(bytes, 14)) ? 16 : undefined;
  if (linkType === LINUX_COOKED_2) return IP_TYPES.has(half(bytes, 0)) ? 20 : undefined;
  if (linkType !== ETHERNET) return undefined;
  let type = 12;
  while (VLAN_TAGS.has(half(bytes, type)) && type < 28) type += 4;
  return IP_TYPES.has(half(bytes, type)) ? type + 2 : undefined;
}

function inIpv4(packet: Buffer): Segment | undefined {
  const header = ((packet[0] ?? 0) & 0x0f) * 4;
  if (header < 20 || packet[9] !== 6 || (half(packet, 6) & 0x3fff) !== 0) return undefined;
  const total = half(packet, 2);
  // What the network card cut into packets itself was captured before it had a length. Else bytes after it are padding.
  if (total !== 0 && total < header) return undefined;
  const end = total === 0 ? packet.length : total;
  return inTcp(packet.subarray(header, end), packet.toString("hex", 12, 16), packet.toString("hex", 16, 20));
}

function inIpv6(packet: Buffer): Segment | undefined {
  const length = half(packet, 4);
  const end = length === 0 ? packet.length : 40 + length;
  let next = packet[6];
  let at = 40;
  // Hop-by-hop, routing and destination options stand before TCP.
  while ((next === 0 || next === 43 || next === 60) && at < 512) {
    next = packet[at];
    at += ((packet[at + 1] ?? 0) + 1) * 8;
  }
  if (next !== 6) return undefined;
  return inTcp(packet.subarray(at, end), packet.toString("hex", 8, 24), packet.toString("hex", 24, 40));
}

function inTcp(segment: Buffer, source: string, destination: string): Segment | undefined {
  const header = ((segment[12] ?? 0) >> 4) * 4;
  if (segment.length < 20 || header < 20) return undefined;
  const opens = ((segment[13] ?? 0) & 0x02) !== 0;
  const sequence = segment.readUInt32BE(4);
  return {
    flow: `${source}:${half(segment, 0)}>${destination}:${half(segment, 2)}`,
    // Opening a connection counts as a byte before the first (RFC 9293 §3.4).
    sequence: opens ? (sequence + 1) >>> 0 : sequence,
    opens,
    payload: segment.subarray(header),
  };
}

function half(bytes: Buffer, at: number): number {
  return at + 2 > bytes.length ? 0 : bytes.readUInt16BE(at);
}

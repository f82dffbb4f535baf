/** A packet as it was captured, from its link-layer header on. */
export interface Packet {
  /** @see https://www.tcpdump.org/linktypes.html */
  linkType: number;
  bytes: Buffer;
}

/** What stopped a reader before the end of a capture: `damaged capture at packet 3: …`. */
export type Damage = string;

/** Wireshark and libpcap refuse longer packets as well: their length field is wrong. */
const LONGEST_PACKET = 262_144;

/** What is wrong with a packet of that length; undefined when nothing is. Packets are counted from 1. */
export function lengthDamage(packet: number, length: number, available: number): Damage | undefined {
  if (length > LONGEST_PACKET) {
    return damageAt(packet, `its length field says ${length} bytes, the most a packet has is ${LONGEST_PACKET}`);
  }
  return length > available ? damageAt(packet, `it has ${length} bytes, the file only ${available} more`) : undefined;
}

/** Names the packet at which a capture cannot be read on. */
export function damageAt(packet: number, what: string): Damage {
  return `damaged capture at packet ${packet}: ${what}`;
}

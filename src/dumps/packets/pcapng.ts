import { damageAt, lengthDamage, type Damage, type Packet } from "./packet.ts";

const SECTION = 0x0a0d0d0a;
const INTERFACE = 1;
const OLD_PACKET = 2;
const SIMPLE_PACKET = 3;
const PACKET = 6;
const BYTE_ORDER = 0x1a2b3c4d;

/** Whether bytes are a pcapng file of either byte order. */
export function isPcapng(bytes: Buffer): boolean {
  if (bytes.length < 12 || bytes.readUInt32BE(0) !== SECTION) return false;
  return bytes.readUInt32LE(8) === BYTE_ORDER || bytes.readUInt32BE(8) === BYTE_ORDER;
}

/**
 * Hands over the packets of a pcapng file. Blocks that hold none (names, statistics, keys) are skipped.
 *
 * @see https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcapng/
 */
export function readPcapng(bytes: Buffer, take: (packet: Packet) => void): Damage | null {
  let littleEndian = true;
  let linkTypes: number[] = [];
  let packets = 0;
  const word = (at: number): number => (littleEndian ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  const half = (at: number): number => (littleEndian ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at));

  for (let at = 0; at < bytes.length;) {
    if (bytes.length - at < 12) return damageAt(packets + 1, "the file ends in the header of a block");
    const isSection = bytes.readUInt32BE(at) === SECTION;
    // Its type reads alike in both byte orders, and what follows tells which it is.
    if (isSection) {
      littleEndian = bytes.readUInt32LE(at + 8) === BYTE_ORDER;
      linkTypes = [];
    }
    const length = word(at + 4);
    const end = at + length;
    if (length < 12 || length % 4 !== 0 || end > bytes.length || word(end - 4) !== length) {
      return damageAt(packets + 1, `a block there has a wrong length, ${length} bytes`);
    }
    const type = isSection ? SECTION : word(at);
    if (type === INTERFACE && length >= 20) linkTypes.push(half(at + 8));
    const found = packetIn(type, { at, length, word, half });
    if (found !== undefined) {
      packets += 1;
      const damage = lengthDamage(packets, found.length, end - 4 - found.start);
      if (damage) return damage;
      const linkType = linkTypes[found.interface];
      if (linkType === undefined) return damageAt(packets, `it is of interface ${found.interface}, which is not there`);
      take({ linkType, bytes: bytes.subarray(found.start, found.start + found.length) });
    }
    at = end;
  }
  return null;
}

interface Block {
  at: number;
  length: number;
  word: (at: number) => number;
  half: (at: number) => number;
}

function packetIn(type: number, { at, length, word, half }: Block): Found | undefined {
  if ((type === PACKET || type === OLD_PACKET) && length >= 32) {
    return { interface: type === PACKET ? word(at + 8) : half(at + 8), length: word(at + 20), start: at + 28 };
  }
  if (type !== SIMPLE_PACKET || length < 16) return undefined;
  // It has the length on the wire only; what was captured of it is the rest of the block.
  return { interface: 0, length: Math.min(word(at + 8), length - 16), start: at + 12 };
}

interface Found {
  interface: number;
  length: number;
  start: number;
}

import { lengthDamage, damageAt, type Damage, type Packet } from "./packet.ts";

const FILE_HEADER = 24;
/** Microseconds, nanoseconds, and the variant with eight more bytes before each packet. */
const MAGICS = new Map([
  [0xa1b2c3d4, 16],
  [0xa1b23c4d, 16],
  [0xa1b2cd34, 24],
]);

/** Whether bytes are a pcap file of either byte order. */
export function isPcap(bytes: Buffer): boolean {
  return formOf(bytes) !== undefined;
}

/**
 * Hands over the packets of a pcap file.
 *
 * @see https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcap/
 */
export function readPcap(bytes: Buffer, take: (packet: Packet) => void): Damage | null {
  const form = formOf(bytes);
  if (form === undefined || bytes.length < FILE_HEADER) return damageAt(1, "the file ends in its first header");
  // The upper bits say whether the checksum of frames is there.
  const linkType = form.word(20) & 0xffff;
  let at = FILE_HEADER;
  for (let number = 1; at < bytes.length; number += 1) {
    const start = at + form.packetHeader;
    if (start > bytes.length) return damageAt(number, "the file ends in its header");
    const length = form.word(at + 8);
    const damage = lengthDamage(number, length, bytes.length - start);
    if (damage) return damage;
    take({ linkType, bytes: bytes.subarray(start, start + length) });
    at = start + length;
  }
  return null;
}

interface Form {
  packetHeader: number;
  word(at: number): number;
}

function formOf(bytes: Buffer): Form | undefined {
  if (bytes.length < 4) return undefined;
  const little = MAGICS.get(bytes.readUInt32LE(0));
  if (little !== undefined) return { packetHeader: little, word: (at) => bytes.readUInt32LE(at) };
  const big = MAGICS.get(bytes.readUInt32BE(0));
  return big === undefined ? undefined : { packetHeader: big, word: (at) => bytes.readUInt32BE(at) };
}

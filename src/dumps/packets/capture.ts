import type { Damage, Packet } from "./packet.ts";
import { isPcap, readPcap } from "./pcap.ts";
import { isPcapng, readPcapng } from "./pcapng.ts";

/** Whether bytes are a pcap or pcapng file. */
export function isCapture(bytes: Buffer): boolean {
  return isPcap(bytes) || isPcapng(bytes);
}

/** Hands over the packets of a pcap or pcapng file in their order, up to the first that is damaged. */
export function readCapture(bytes: Buffer, take: (packet: Packet) => void): Damage | null {
  return isPcapng(bytes) ? readPcapng(bytes, take) : readPcap(bytes, take);
}

/** Packets and captures made by hand, so that a test can damage each of their fields. */
export interface Sent {
  payload: string | Uint8Array;
  sequence: number;
  /** The client's port: another one is another connection. */
  port?: number;
  flags?: number;
  fromServer?: boolean;
}

/** An Ethernet frame with IPv4 and TCP. */
export function frame({ payload, sequence, port = 4000, flags = 0x18, fromServer = false }: Sent): Buffer {
  const data = Buffer.from(payload);
  const tcp = Buffer.alloc(20);
  tcp.writeUInt16BE(fromServer ? 80 : port, 0);
  tcp.writeUInt16BE(fromServer ? port : 80, 2);
  tcp.writeUInt32BE(sequence >>> 0, 4);
  tcp[12] = 0x50;
  tcp[13] = flags;
  const ip = Buffer.alloc(20);
  ip[0] = 0x45;
  ip.writeUInt16BE(40 + data.length, 2);
  ip[9] = 6;
  ip.writeUInt32BE(fromServer ? 2 : 1, 12);
  ip.writeUInt32BE(fromServer ? 1 : 2, 16);
  const ethernet = Buffer.alloc(14);
  ethernet.writeUInt16BE(0x0800, 12);
  return Buffer.concat([ethernet, ip, tcp, data]);
}

/** The packet of a frame, without its Ethernet header. */
export function packet(sent: Sent): Buffer {
  return frame(sent).subarray(14);
}

/** A pcap file. */
export function pcapOf(packets: Buffer[], { linkType = 1, bigEndian = false } = {}): Buffer {
  const word = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    if (bigEndian) bytes.writeUInt32BE(value);
    else bytes.writeUInt32LE(value);
    return bytes;
  };
  const header = [0xa1b2c3d4, 0x0004_0002, 0, 0, 65_535, linkType].map(word);
  const records = packets.flatMap((bytes) => [word(0), word(0), word(bytes.length), word(bytes.length), bytes]);
  return Buffer.concat([...header, ...records]);
}

/** A pcapng file of one section and one interface. */
export function pcapngOf(packets: Buffer[], { linkType = 1, simple = false } = {}): Buffer {
  const word = (...values: number[]): Buffer => Buffer.from(Uint32Array.from(values).buffer);
  const block = (type: number, ...content: Buffer[]): Buffer => {
    const body = Buffer.concat(content);
    const padded = Buffer.concat([body, Buffer.alloc((4 - (body.length % 4)) % 4)]);
    return Buffer.concat([word(type, padded.length + 12), padded, word(padded.length + 12)]);
  };
  return Buffer.concat([
    block(0x0a0d0d0a, word(0x1a2b3c4d, 1, 0xffffffff, 0xffffffff)),
    block(1, word(linkType, 65_535)),
    block(5, word(0, 0)),
    ...packets.map((bytes) =>
      simple ? block(3, word(bytes.length), bytes) : block(6, word(0, 0, 0, bytes.length, bytes.length), bytes),
    ),
  ]);
}

/** Kinds of frame (https://github.com/inconshreveable/muxado/blob/master/PROTOCOL.md). */
export const frameType = { reset: 0, data: 1, windowIncrement: 2, goAway: 3 } as const;

/** The document writes the second one `0x10`; on the wire it is the bit of value 2. */
export const frameFlag = { none: 0, fin: 1, syn: 2 } as const;

export interface Frame {
  type: number;
  flags: number;
  /** 31 bits; 0 for frames about the whole session. */
  stream: number;
  body: Buffer;
}

const HEADER_BYTES = 8;

/** 24 bits of length, 4 of type, 4 of flags, 32 of stream id, then the body. */
export function encodeFrame({ type, flags, stream, body }: Frame): Buffer {
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + body.length);
  bytes.writeUIntBE(body.length, 0, 3);
  bytes.writeUInt8((type << 4) | flags, 3);
  bytes.writeUInt32BE(stream, 4);
  body.copy(bytes, HEADER_BYTES);
  return bytes;
}

/** A frame whose body is one number: RST and WNDINC. */
export function numberFrame(type: number, stream: number, value: number): Frame {
  const body = Buffer.allocUnsafe(4);
  body.writeUInt32BE(value);
  return { type, flags: frameFlag.none, stream, body };
}

/** Takes chunks as they come and gives the frames that are complete; the rest waits for the next chunk. */
export function frameReader(): (chunk: Buffer) => Frame[] {
  let parts: Buffer[] = [];
  let held = 0;
  let wanted = HEADER_BYTES;

  return (chunk) => {
    parts.push(chunk);
    held += chunk.length;
    if (held < wanted) return [];

    let bytes = parts.length === 1 ? chunk : Buffer.concat(parts);
    const frames: Frame[] = [];
    while (bytes.length >= (wanted = frameBytes(bytes))) {
      frames.push(decodeFrame(bytes.subarray(0, wanted)));
      bytes = bytes.subarray(wanted);
    }
    parts = [bytes];
    held = bytes.length;
    return frames;
  };
}

/** What must be there before the frame at the front can be read: its header first, then all of it. */
function frameBytes(bytes: Buffer): number {
  return bytes.length < HEADER_BYTES ? HEADER_BYTES : HEADER_BYTES + bytes.readUIntBE(0, 3);
}

function decodeFrame(bytes: Buffer): Frame {
  const kind = bytes.readUInt8(3);
  return { type: kind >> 4, flags: kind & 15, stream: bytes.readUInt32BE(4), body: bytes.subarray(HEADER_BYTES) };
}

import type { Segment } from "./segment.ts";

/** One direction of a connection: what arrived in one piece, and after each gap in the capture a further piece. */
export interface Stream {
  pieces: Buffer[];
}

/**
 * Puts TCP segments in order of their numbers. What was sent again is taken once: of bytes that came twice the first.
 * A port that is used anew starts another stream.
 */
export class Reassembly {
  private readonly connections: Connection[] = [];
  private readonly latest = new Map<string, Connection>();

  add(segment: Segment): void {
    let connection = this.latest.get(segment.flow);
    const isAnother = connection !== undefined && segment.opens && segment.sequence !== connection.start;
    if (connection === undefined || isAnother) {
      connection = { start: segment.sequence, segments: [] };
      this.latest.set(segment.flow, connection);
      this.connections.push(connection);
    }
    if (segment.payload.length > 0) connection.segments.push(segment);
  }

  /** The streams that carry bytes, in the order in which they began. */
  streams(): Stream[] {
    return this.connections.map(streamOf).filter(({ pieces }) => pieces.length > 0);
  }
}

interface Connection {
  /** The number of its first byte that was seen. */
  start: number;
  segments: Segment[];
}

function streamOf({ start, segments }: Connection): Stream {
  // Numbers wrap at 2^32; as signed distances from the first they are in order again.
  const placed = segments.map(({ sequence, payload }) => ({ at: (sequence - start) | 0, payload }));
  placed.sort((a, b) => a.at - b.at);
  const pieces: Buffer[][] = [];
  let end = Number.NaN;
  for (const { at, payload } of placed) {
    const known = end - at;
    if (known >= payload.length) continue;
    const piece = pieces.at(-1);
    if (piece && known >= 0) piece.push(payload.subarray(known));
    else pieces.push([payload]);
    end = at + payload.length;
  }
  return { pieces: pieces.map((piece) => Buffer.concat(piece)) };
}

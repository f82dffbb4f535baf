import type { Delivery } from "../model/delivery.ts";

/**
 * A delivery as one piece of bytes: half of what its objects take, and outside of the heap, which grows to twice what
 * it holds.
 */
export type PackedDelivery = Buffer;

/** Packs what is to be sent again and what is told of it; the heads and bodies of answers are nobody's any more. */
export function packed(delivery: Delivery): PackedDelivery {
  const attempts = delivery.attempts.map((attempt) => {
    const { response } = attempt;
    return { ...attempt, response: response && { status: response.status, headers: [] } };
  });
  const { buffer, byteOffset, byteLength } = delivery.body;
  // Each byte is a character, as in latin1.
  const body = Buffer.from(buffer, byteOffset, byteLength).toString("latin1");
  const text = JSON.stringify({ ...delivery, attempts, body });
  // Memory of its own: a slice of the pool would keep all that stood beside it.
  const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(text));
  bytes.write(text);
  return bytes;
}

/** The delivery again: the same bytes, but for the answers' heads and bodies, which are empty. */
export function unpacked(bytes: PackedDelivery): Delivery {
  const delivery = JSON.parse(bytes.toString()) as Omit<Delivery, "body"> & { body: string };
  for (const { response } of delivery.attempts) if (response) response.body = nothing;
  return { ...delivery, body: Buffer.from(delivery.body, "latin1") };
}

const nothing = new Uint8Array();

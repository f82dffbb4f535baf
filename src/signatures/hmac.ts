import { createHmac, hash } from "node:crypto";
import type { Secret } from "../model/secret.ts";

/** SHA-256 takes blocks of so many bytes (FIPS 180-4 §5.2.1). */
const blockBytes = 64;
const digestBytes = 32;
/** Larger bodies are not copied: what is saved then counts for less. */
const largestCopied = 16_384;

/** The key of a secret, mixed with the two pads of RFC 2104 §2, each with room for what is hashed after it. */
interface Pads {
  inner: Buffer;
  outer: Buffer;
}

const known = new WeakMap<Secret, Pads>();

/**
 * HMAC-SHA256 (RFC 2104) of a body with a secret.
 *
 * Of a small body it is two plain hashes, as the RFC writes it: the object that `createHmac` makes takes longer than the
 * hashing of 2 KB does.
 */
export function hmacSha256(body: Uint8Array, secret: Secret): Buffer {
  const { length } = body;
  if (length > largestCopied) return createHmac("sha256", secret.hmacKey()).update(body).digest();
  const { inner, outer } = padsOf(secret);
  inner.set(body, blockBytes);
  // A digest as text of one byte a character is made faster than a buffer is.
  outer.write(hash("sha256", inner.subarray(0, blockBytes + length), "binary"), blockBytes, "binary");
  return Buffer.from(hash("sha256", outer, "binary"), "binary");
}

/** The same of bodies that are written where they are hashed, one after the other. */
export interface HmacRoom {
  /** For the next body. */
  room: Buffer;
  /** The HMAC of so many bytes in the room, in lower-case hex. */
  hexOf(length: number): string;
}

export function hmacRoom(secret: Secret): HmacRoom {
  const { inner, outer } = padsFor(secret);
  return {
    room: inner.subarray(blockBytes),
    hexOf(length) {
      outer.write(hash("sha256", inner.subarray(0, blockBytes + length), "binary"), blockBytes, "binary");
      return hash("sha256", outer, "hex");
    },
  };
}

function padsOf(secret: Secret): Pads {
  const before = known.get(secret);
  if (before !== undefined) return before;
  const pads = padsFor(secret);
  known.set(secret, pads);
  return pads;
}

function padsFor(secret: Secret): Pads {
  const key = secret.key();
  const block = key.length > blockBytes ? hash("sha256", key, "buffer") : key;
  return { inner: padded(block, 0x36, largestCopied), outer: padded(block, 0x5c, digestBytes) };
}

function padded(key: Buffer, pad: number, room: number): Buffer {
  const block = Buffer.alloc(blockBytes + room);
  for (let index = 0; index < blockBytes; index += 1) block[index] = (key[index] ?? 0) ^ pad;
  return block;
}

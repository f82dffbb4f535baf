import { carriageReturn } from "../model/ascii.ts";

const continueStart = Buffer.from("HTTP/1.1 100");
/** What an answer begins with that is not the final one; then come two more digits. */
const interimStart = continueStart.subarray(0, -2);
/** Where the first digit of the status is. */
const statusAt = interimStart.length - 1;
const one = 0x31;
const headEnd = Buffer.from("\r\n\r\n");
const nothing = Buffer.alloc(0);

/** Where in the answers to one request the next byte belongs. */
type Place = "start" | "in a 100" | "in another 1xx" | "final";

/**
 * Leaves the `100 Continue` out of the answers to one request, in chunks of any size. Other interim answers stay, and
 * from the first byte of the final one on everything does. It holds on to no more than an undecided start of 11 bytes,
 * however many interim answers there are and however long.
 */
export class WithoutContinue {
  #place: Place = "start";
  #undecided: Buffer = nothing;
  /** How many bytes of the end of an interim answer's head have been seen. */
  #matched = 0;

  /** The final answer has begun: nothing is left out any more. */
  get final(): boolean {
    return this.#place === "final";
  }

  /** What of the chunk, and of what was undecided before it, is to be passed on. */
  rest(chunk: Buffer): Buffer {
    const bytes = this.#undecided.length > 0 ? Buffer.concat([this.#undecided, chunk]) : chunk;
    this.#undecided = nothing;
    const kept: Buffer[] = [];
    for (let at = 0; at < bytes.length;) {
      if (this.#place === "start") {
        const place = placeAfter(bytes, at);
        if (place === undefined) {
          this.#undecided = bytes.subarray(at);
          break;
        }
        this.#place = place;
      }
      if (this.#place === "final" && at === 0) return bytes; // as nearly all do
      const keep = this.#place !== "in a 100";
      const end = this.#place === "final" ? bytes.length : this.#endOfHead(bytes, at);
      if (keep) kept.push(bytes.subarray(at, end));
      at = end;
    }
    return kept.length === 1 ? kept[0]! : Buffer.concat(kept);
  }

  /** Where the interim answer ends of which bytes stand at a place, or where they all end. */
  #endOfHead(bytes: Buffer, from: number): number {
    let matched = this.#matched;
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes[at];
      matched = byte === headEnd[matched] ? matched + 1 : byte === carriageReturn ? 1 : 0;
      if (matched === headEnd.length) {
        this.#matched = 0;
        this.#place = "start";
        return at + 1;
      }
    }
    this.#matched = matched;
    return bytes.length;
  }
}

/** What begins at a place; undefined while that cannot be told. What is no HTTP is left to the client to refuse. */
function placeAfter(bytes: Buffer, at: number): Place | undefined {
  const length = bytes.length - at;
  if (length > statusAt && bytes[at + statusAt] !== one) return "final";
  if (startsLike(interimStart, bytes, at) && length < continueStart.length) return undefined;
  if (startsLike(continueStart, bytes, at)) return "in a 100";
  return startsLike(interimStart, bytes, at) ? "in another 1xx" : "final";
}

/** Whether the bytes at a place begin with a text, as far as they go. */
function startsLike(text: Buffer, bytes: Buffer, at: number): boolean {
  const length = Math.min(text.length, bytes.length - at);
  return bytes.compare(text, 0, length, at, at + length) === 0;
}

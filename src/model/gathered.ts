/** Chunks below this size are copied; what a Buffer costs beside its bytes (some 400) hardly matters for larger ones. */
const smallBytes = 1024;
const pieceBytes = 16 * 1024;
const noPiece = Buffer.alloc(0);

/**
 * A body as far as it came, of any number of chunks.
 *
 * Small chunks are copied into pieces, so that a body which comes byte by byte takes about as much memory as its bytes
 * and not a Buffer for each.
 */
export class Gathered {
  /** In order; before what the piece holds. */
  readonly #chunks: Buffer[] = [];
  /** What small chunks are copied into, from its beginning; the part before that is among the chunks already. */
  #piece = noPiece;
  #filled = 0;
  #length = 0;

  /** How many bytes came. */
  get length(): number {
    return this.#length;
  }

  /** Takes the next chunk, which may be kept as it is and so must not change any more. */
  add(chunk: Buffer): void {
    if (chunk.length === 0) return;
    // The first is kept whatever its size: most bodies are one chunk.
    if (this.#length === 0 || chunk.length >= smallBytes) {
      this.#endPiece();
      this.#chunks.push(chunk);
    } else {
      if (this.#filled + chunk.length > this.#piece.length) this.#startPiece();
      this.#piece.set(chunk, this.#filled);
      this.#filled += chunk.length;
    }
    this.#length += chunk.length;
  }

  /** All that came, in one; a single chunk is given back itself, uncopied. */
  bytes(): Buffer {
    this.#endPiece();
    return this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks, this.#length);
  }

  #startPiece(): void {
    this.#endPiece();
    this.#piece = Buffer.allocUnsafe(pieceBytes);
  }

  /** Puts what the piece holds among the chunks; small ones still go into the rest of it. */
  #endPiece(): void {
    if (this.#filled === 0) return;
    this.#chunks.push(this.#piece.subarray(0, this.#filled));
    this.#piece = this.#piece.subarray(this.#filled);
    this.#filled = 0;
  }
}

import { isUtf8 } from "node:buffer";
import { tryParseJson } from "../../dumps/json.ts";
import type { HeaderList } from "../../model/http.ts";
import type { SampleNames } from "./samples.ts";

/** Lossless JSON, as the dumps' parser gives it. */
export type JsonTree = NonNullable<ReturnType<typeof tryParseJson>>;

/** Bodies over this many bytes are not taken apart: printing them again would outlast the search. */
export const largestParsed = 256 * 1024;

/** A body with the views of it that the families of causes share, each made once. */
export class BodyView {
  readonly bytes: Buffer;
  /** The `Content-Length` of the request, or what else the dump says of the body's length. */
  readonly declaredBytes: number | null;
  readonly headers: HeaderList;
  /** What the project knows of the order of members. */
  readonly samples: readonly SampleNames[];
  #text: string | undefined | null = null;
  #json: JsonTree | undefined | null = null;

  constructor(
    bytes: Uint8Array,
    declaredBytes: number | null,
    headers: HeaderList,
    samples: readonly SampleNames[] = [],
  ) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.declaredBytes = declaredBytes;
    this.headers = headers;
    this.samples = samples;
  }

  /** The body as text, a BOM included; undefined when it is not UTF-8 or too long to be taken apart. */
  get text(): string | undefined {
    if (this.#text === null) {
      const readable = this.bytes.length <= largestParsed && isUtf8(this.bytes);
      this.#text = readable ? this.bytes.toString("utf8") : undefined;
    }
    return this.#text;
  }

  /** The body as JSON; undefined when it is none. Offsets are into `text`. */
  get json(): JsonTree | undefined {
    if (this.#json === null) this.#json = this.text === undefined ? undefined : tryParseJson(this.text);
    return this.#json;
  }

  /** The same request with another body. */
  with(bytes: Uint8Array): BodyView {
    return new BodyView(bytes, this.declaredBytes, this.headers, this.samples);
  }
}

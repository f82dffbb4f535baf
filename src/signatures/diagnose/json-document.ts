import type { BodyView } from "./body.ts";
import { layoutsBySpacing } from "./json-layouts.ts";
import { printJson, shapeOf, type JsonShape, type Layout, type Spacing } from "./json-print.ts";
import { canBeRespelled, respelled, type Spelling } from "./json-spelling.ts";
import { ByteWriter, Tokens } from "./json-tokens.ts";

/** Names, strings, numbers and literals of a text that is known to be JSON. */
const tokenPattern = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*|true|false|null/g;

/** A JSON text cut into its tokens, exactly as they are written, and the gaps between them. */
export class JsonDocument {
  readonly shape: JsonShape;
  /** The tokens in the order in which they stand. */
  readonly texts: readonly string[];
  readonly tokens: Tokens;
  readonly #bytes: Buffer;
  readonly #text: string;
  /** The places of the tokens that can be written in several ways. */
  readonly #strings: readonly number[];
  readonly #numbers: readonly number[];
  readonly #spelled = new Map<string, readonly string[]>();
  readonly #printed = new Map<Spacing, Buffer>();
  #gaps: Tokens | undefined;

  /** The document of a body; undefined for what is not a JSON object or array. */
  static of({ text, json, bytes }: BodyView): JsonDocument | undefined {
    const hasParts = json?.type === "object" || json?.type === "array";
    return text === undefined || !hasParts ? undefined : new JsonDocument(text, bytes, shapeOf(json));
  }

  private constructor(text: string, bytes: Buffer, shape: JsonShape) {
    this.shape = shape;
    this.texts = text.match(tokenPattern) ?? [];
    this.tokens = new Tokens(this.texts);
    this.#bytes = bytes;
    const places = [...this.texts.keys()];
    this.#strings = places.filter((place) => canBeRespelled(this.texts[place]!));
    this.#numbers = places.filter((place) => isNumber(this.texts[place]!));
    this.#text = text;
  }

  /** The layout that the text held is printed in; undefined when it has white space of its own. */
  get layout(): Layout | undefined {
    for (const { spacing, layouts } of layoutsBySpacing) {
      const text = this.printed(spacing).subarray(0, -1);
      if (!text.equals(this.#bytes.subarray(0, text.length))) continue;
      const end = this.#bytes.toString("latin1", text.length);
      return layouts.find((layout) => layout.end === end);
    }
    return undefined;
  }

  /** The text as it is, printed in a spacing, with a final LF. */
  printed(spacing: Spacing): Buffer {
    let printed = this.#printed.get(spacing);
    if (printed === undefined) {
      printed = printJson(this.shape, { spacing, end: "\n" }, this.tokens);
      this.#printed.set(spacing, printed);
    }
    return printed;
  }

  /** How many bytes of white space and punctuation a spacing has, whatever the order of the members. */
  spaceIn(spacing: Spacing): number {
    return this.printed(spacing).length - 1 - this.tokens.bytes.length;
  }

  /** Other tokens in the white space that is held. */
  inHeldSpace(tokens: Tokens): Buffer {
    // White space and punctuation: one more than there are tokens.
    this.#gaps ??= new Tokens(this.#text.split(tokenPattern));
    const out = new ByteWriter(tokens.bytes.length + this.#gaps.bytes.length);
    for (let index = 0; index < this.texts.length; index += 1) {
      out.token(this.#gaps, index);
      out.token(tokens, index);
    }
    out.token(this.#gaps, this.texts.length);
    return out.written();
  }

  /** The tokens with every string that can be spelled in several ways spelled so. */
  spelled(spelling: Spelling): readonly string[] {
    const key = `${spelling.unicode} ${spelling.slash} ${spelling.html}`;
    let spelled = this.#spelled.get(key);
    if (spelled === undefined) {
      const spell = respelled(spelling);
      const changed = this.texts.slice();
      for (const place of this.#strings) changed[place] = spell(this.texts[place]!);
      spelled = changed;
      this.#spelled.set(key, spelled);
    }
    return spelled;
  }

  /** These tokens with every number written anew. */
  withNumbers(texts: readonly string[], write: (number: string) => string): readonly string[] {
    const changed = texts.slice();
    for (const place of this.#numbers) changed[place] = write(texts[place]!);
    return changed;
  }
}

function isNumber(token: string): boolean {
  return token[0] === "-" || (token[0]! >= "0" && token[0]! <= "9");
}

/** A token of a printed text: from its first byte to the one behind its last. */
export interface Place {
  start: number;
  end: number;
}

/** Where the tokens of a JSON text stand. Structure is ASCII, so the bytes can be looked at one by one. */
export function placesOf(printed: Buffer): Place[] {
  return Array.from(printed.toString("latin1").matchAll(tokenPattern), ({ index, 0: token }) => {
    return { start: index, end: index + token.length };
  });
}

import type { BodyView } from "./body.ts";
import { printJson, shapeOf, type JsonShape, type Layout, type Spacing } from "./json-print.ts";

/** Names, strings, numbers and literals of a text that is known to be JSON. */
const tokenPattern = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*|true|false|null/g;

/** Stands for a token while gaps are made: strings of JSON cannot hold it as it is. */
const anyToken = "\0";

/**
 * A JSON text cut into its tokens, exactly as they are written, and the gaps between them. To print it again is to
 * join other gaps or other tokens, which is what makes thousands of candidates affordable.
 */
export class JsonDocument {
  readonly shape: JsonShape;
  readonly tokens: readonly string[];
  /** White space and punctuation as held: one more than there are tokens. */
  readonly heldGaps: readonly string[];
  readonly #gaps = new Map<Spacing, readonly string[]>();

  /** The document of a body; undefined for what is not a JSON object or array. */
  static of({ text, json }: BodyView): JsonDocument | undefined {
    const hasParts = json?.type === "object" || json?.type === "array";
    return text === undefined || !hasParts ? undefined : new JsonDocument(text, shapeOf(json));
  }

  private constructor(text: string, shape: JsonShape) {
    this.shape = shape;
    this.tokens = text.match(tokenPattern) ?? [];
    this.heldGaps = text.split(tokenPattern);
  }

  /** The gaps of a layout, without what follows the value. */
  gaps({ spacing }: Pick<Layout, "spacing">): readonly string[] {
    let gaps = this.#gaps.get(spacing);
    if (gaps === undefined) {
      gaps = gapsOf(this.shape, spacing);
      this.#gaps.set(spacing, gaps);
    }
    return gaps;
  }

  /** Whether the text held is printed in this layout. */
  isHeldIn(layout: Layout): boolean {
    return (
      this.heldGaps[0] === this.gaps(layout)[0] &&
      this.heldGaps.join(anyToken) === this.gaps(layout).join(anyToken) + layout.end
    );
  }
}

/** The gaps of a shape printed with a spacing. */
export function gapsOf(shape: JsonShape, spacing: Spacing): readonly string[] {
  return printJson(shape, spacing, () => anyToken).split(anyToken);
}

/** The text made of gaps and the tokens between them. */
export function joined(gaps: readonly string[], tokens: readonly string[]): string {
  const parts: string[] = [];
  for (let index = 0; index < tokens.length; index += 1) parts.push(gaps[index]!, tokens[index]!);
  parts.push(gaps[tokens.length]!);
  return parts.join("");
}

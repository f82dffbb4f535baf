import { TelepathError } from "../../model/errors.ts";
import type { JsonNode } from "../format.ts";
import { maxJsonDepth } from "../json-parser.ts";
import { LiteralParser, type Dialect } from "./parser.ts";

/** A dump as what one language prints. */
export interface Printout {
  /** Its characters, or its bytes as one character each. */
  text: string;
  encoding: "utf8" | "latin1";
  /** Where a list or a dictionary may start. Global. */
  opener: RegExp;
  /** Whether a value, also one that is no list, may start at an offset. Sticky. */
  valueStart: RegExp;
  /** Reads the value at an offset. */
  read(at: number): PrintedValue;
}

/** A value and where it ended; without a node, where it could not be read further, and why. */
export interface PrintedValue {
  node: JsonNode | undefined;
  end: number;
  error?: TelepathError;
  /** It was given up for its depth: what is inside is no better. */
  isTooDeep?: boolean;
}

/** Something that reads one value from where it stands. */
interface Reader {
  at: number;
  value(): JsonNode;
}

/** What a reader finds: what it cannot read is an answer. */
export function attempt(reader: Reader): PrintedValue {
  try {
    return { node: reader.value(), end: reader.at };
  } catch (error) {
    if (!(error instanceof TelepathError)) throw error;
    return { node: undefined, end: reader.at, error };
  }
}

/** The reading of a text by a language's dialect. */
export function readingAs(dialect: Dialect, text: string): Printout["read"] {
  return (at) => {
    const parser = new LiteralParser(text, at, dialect);
    const value = attempt(parser);
    if (value.node === undefined) value.isTooDeep = parser.depth > maxJsonDepth;
    return value;
  };
}

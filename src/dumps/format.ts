import type { DumpedRequest } from "../model/dump.ts";
import type { Reading } from "./readings.ts";

/**
 * One form in which developers hold requests. Pure: bytes in, requests out; nothing named in a dump is ever opened,
 * run or fetched.
 */
export interface DumpFormat {
  /** As `--format` takes it and `verify --json` shows it: `raw-http`, `har`, `curl`. */
  name: string;
  /** One line for `verify --formats`: what writes this form. */
  description: string;
  /** Cheap, and linear in the size of the dump. The first format of the list that says yes gets it. */
  recognizes(dump: Dump): boolean;
  /** @throws TelepathError `BROKEN_DUMP` with line and column (or offset) when the dump is not what it looks like. */
  parse(dump: Dump): DumpedRequest[];
}

/** The text in which JSON nodes stand: where they start and end are offsets of it. */
export interface Source {
  readonly text: string;
}

/** The bytes of a dump, with the views formats share, each made once. */
export interface Dump extends Source {
  bytes: Buffer;
  /** The bytes as UTF-8 text without a BOM; every wrong byte is U+FFFD. */
  text: string;
  /** The bytes as lossless JSON; undefined when they are not JSON. */
  json: JsonNode | undefined;
}

/**
 * A JSON value that has lost nothing: numbers as written, members in order with their repetitions, and where it stood.
 * A string may bring the way to read it as a body, where its form tells more than that it is text.
 */
export type JsonNode =
  | { type: "object"; members: { name: string; value: JsonNode }[]; start: number; end: number }
  | { type: "array"; items: JsonNode[]; start: number; end: number }
  | { type: "string"; value: string; start: number; end: number; reading?: Reading }
  | { type: "number"; raw: string; start: number; end: number }
  | { type: "literal"; value: boolean | null; start: number; end: number };

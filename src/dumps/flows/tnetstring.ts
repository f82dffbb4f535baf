import type { TelepathError } from "../../model/errors.ts";
import { unreadable } from "../unreadable.ts";

/** A value of mitmproxy's tnetstrings: bytes (`,` and `;`), lists, dictionaries, and the text of all else. */
export type TNode =
  | { type: "bytes"; value: Buffer }
  | { type: "list"; items: TNode[] }
  | { type: "dictionary"; members: Map<string, TNode> }
  | { type: "other"; text: string };

const DEEPEST = 64;
const MOST_VALUES = 1_000_000;
const LONGEST_LENGTH = 12;

/**
 * The value that starts at an offset, and where it ends.
 *
 * @see https://tnetstrings.info/ and mitmproxy's `io/tnetstring.py`, which adds `;` for text
 * @throws TelepathError `BROKEN_DUMP` with the offset.
 */
export function readTnetstring(bytes: Buffer, start: number): { node: TNode; end: number } {
  let values = 0;
  const read = (at: number, end: number, depth: number): { node: TNode; end: number } => {
    values += 1;
    if (depth > DEEPEST || values > MOST_VALUES) throw broken(at, "too many values in one another");
    const { from, to } = extent(bytes, at, end);
    const content = bytes.subarray(from, to);
    const kind = String.fromCharCode(bytes[to] ?? 0);
    if (kind === "]" || kind === "}") {
      const items: TNode[] = [];
      for (let next = from; next < to;) {
        const item = read(next, to, depth + 1);
        items.push(item.node);
        next = item.end;
      }
      return { node: kind === "]" ? { type: "list", items } : dictionary(items, at), end: to + 1 };
    }
    if (kind === "," || kind === ";") return { node: { type: "bytes", value: content }, end: to + 1 };
    if (!"#^!~".includes(kind)) throw broken(to, `${JSON.stringify(kind)} is no type`);
    return { node: { type: "other", text: content.toString("latin1", 0, 64) }, end: to + 1 };
  };
  return read(start, bytes.length, 0);
}

/** A member of a dictionary; undefined for any other value. */
export function entry(node: TNode | undefined, name: string): TNode | undefined {
  return node?.type === "dictionary" ? node.members.get(name) : undefined;
}

/** The bytes of a value, one character each; undefined when it is not bytes. */
export function textOf(node: TNode | undefined): string | undefined {
  return node?.type === "bytes" ? node.value.toString("latin1") : undefined;
}

function extent(bytes: Buffer, at: number, end: number): { from: number; to: number } {
  const colon = bytes.subarray(at, Math.min(end, at + LONGEST_LENGTH + 1)).indexOf(":");
  const digits = colon === -1 ? "" : bytes.toString("latin1", at, at + colon);
  if (!/^\d{1,12}$/.test(digits)) throw broken(at, "expected the length of a value");
  const from = at + colon + 1;
  const to = from + Number(digits);
  if (to >= end) throw broken(at, `a value of ${digits} bytes where ${end - from} are left`);
  return { from, to };
}

function dictionary(items: TNode[], at: number): TNode {
  const members = new Map<string, TNode>();
  for (let index = 0; index < items.length; index += 2) {
    const name = textOf(items[index]);
    const value = items[index + 1];
    if (name === undefined || value === undefined) throw broken(at, "a dictionary whose names have no values");
    members.set(name, value);
  }
  return { type: "dictionary", members };
}

function broken(at: number, what: string): TelepathError {
  return unreadable(`offset ${at}: ${what}`);
}

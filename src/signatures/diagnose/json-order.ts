import { contractRank } from "../../contract/member-order.ts";
import type { JsonShape } from "./json-print.ts";
import { ranked, sampleRank, type SampleNames } from "./samples.ts";

/** An order of an object's members, with the code of the cause when it was lost. */
export interface MemberOrder {
  code: string;
  name: string;
  sort: (names: readonly string[]) => readonly string[];
}

/** The orders in which programs write members when they do not keep the one they read. */
export const memberOrders: readonly MemberOrder[] = [
  { code: "json-key-order", name: "sorted by name", sort: (names) => names.toSorted(byCodePoints) },
  {
    code: "json-key-order-jsonb",
    name: "sorted by length, then by name, as PostgreSQL's jsonb and MySQL do",
    sort: (names) => names.toSorted((a, b) => byteLength(a) - byteLength(b) || byCodePoints(a, b)),
  },
  {
    code: "json-key-order",
    name: "in the order of Telepath's guide",
    sort: (names) => ranked(names, contractRank),
  },
  {
    code: "json-key-order",
    name: "with whole numbers first, as JavaScript objects hold them",
    sort: (names) => {
      const numbers = names.filter(isIndex).sort((a, b) => Number(a) - Number(b));
      return numbers.length === 0 ? names : [...numbers, ...names.filter((name) => !isIndex(name))];
    },
  },
];

/** The order in which the project's own samples have them. */
export function sampleOrder(samples: readonly SampleNames[]): MemberOrder {
  return {
    code: "json-key-order",
    name: "in the order of this project's fixtures",
    sort: (names) => {
      const rank = sampleRank(samples, names);
      return rank === undefined ? names : ranked(names, rank);
    },
  };
}

/**
 * The same value with the members of every object in another order. Repeated names keep their places to each other.
 *
 * @param tokens what the names are written as.
 */
export function reordered(shape: JsonShape, order: MemberOrder, tokens: readonly string[]): JsonShape {
  const visit = (node: JsonShape): JsonShape => {
    if (node.kind === "scalar") return node;
    if (node.kind === "array") return { kind: "array", items: node.items.map(visit) };
    const named = new Map<string, typeof node.members>();
    for (const { name, value } of node.members) {
      const meaning = meaningOf(tokens[name]!);
      const before = named.get(meaning);
      const placed = { name, value: visit(value) };
      if (before === undefined) named.set(meaning, [placed]);
      else before.push(placed);
    }
    return { kind: "object", members: order.sort([...named.keys()]).flatMap((name) => named.get(name)!) };
  };
  return visit(shape);
}

/** What a string literal of JSON means. */
export function meaningOf(literal: string): string {
  return literal.includes("\\") ? (JSON.parse(literal) as string) : literal.slice(1, -1);
}

function isIndex(name: string): boolean {
  return /^(?:0|[1-9]\d{0,9})$/.test(name) && Number(name) < 2 ** 32 - 1;
}

function byteLength(name: string): number {
  return Buffer.byteLength(name, "utf8");
}

/** The order of the UTF-8 bytes is the order of the code points. */
function byCodePoints(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a, "utf8"), Buffer.from(b, "utf8"));
}

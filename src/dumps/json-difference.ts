import type { JsonNode } from "./format.ts";

/** One place where two JSON values do not mean the same. */
export interface JsonDifference {
  /** Members and indexes from the root. */
  path: readonly (string | number)[];
  /** The value's own text in each document; null where it is not there. */
  first: string | null;
  second: string | null;
}

/** A JSON value and the text it was read from. */
export interface JsonDocument {
  root: JsonNode;
  text: string;
}

/**
 * Where two documents differ in meaning: the order of members, white space, escapes, and how a number is written do not
 * matter; every digit of its value does, and so does each of several members of one name.
 *
 * @param isIgnored says of a path that what is there does not matter
 */
export function jsonDifferences(
  first: JsonDocument,
  second: JsonDocument,
  isIgnored: (path: readonly (string | number)[]) => boolean,
): JsonDifference[] {
  const differences: JsonDifference[] = [];
  const compare = (
    one: JsonNode | undefined,
    other: JsonNode | undefined,
    path: readonly (string | number)[],
  ): void => {
    if (path.length > 0 && isIgnored(path)) return;
    if (one?.type === "object" && other?.type === "object") {
      for (const [name, ours, theirs] of paired(one.members, other.members)) {
        for (let nth = 0; nth < Math.max(ours.length, theirs.length); nth += 1) {
          compare(ours[nth], theirs[nth], [...path, name]);
        }
      }
    } else if (one?.type === "array" && other?.type === "array") {
      for (let index = 0; index < Math.max(one.items.length, other.items.length); index += 1) {
        compare(one.items[index], other.items[index], [...path, index]);
      }
    } else if (one === undefined || other === undefined || !isSameScalar(one, other)) {
      differences.push({ path, first: textOf(one, first), second: textOf(other, second) });
    }
  };
  compare(first.root, second.root, []);
  return differences;
}

type Members = readonly { name: string; value: JsonNode }[];

/** The values of each name on either side, names in the order in which they first appear. */
function paired(ours: Members, theirs: Members): [name: string, ours: JsonNode[], theirs: JsonNode[]][] {
  const names = new Map<string, [name: string, ours: JsonNode[], theirs: JsonNode[]]>();
  for (const [side, members] of [ours, theirs].entries()) {
    for (const { name, value } of members) {
      const entry = names.get(name) ?? [name, [], []];
      names.set(name, entry);
      (side === 0 ? entry[1] : entry[2]).push(value);
    }
  }
  return [...names.values()];
}

function isSameScalar(one: JsonNode, other: JsonNode): boolean {
  if (one.type === "number" && other.type === "number") return decimal(one.raw) === decimal(other.raw);
  if (one.type === "string" && other.type === "string") return one.value === other.value;
  return one.type === "literal" && other.type === "literal" && one.value === other.value;
}

/** A number's value, exactly, in one form: its digits without zeros at either end, and a power of ten. */
function decimal(raw: string): string {
  const [, sign = "", whole = "", fraction = "", exponent = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(raw) ?? [];
  const digits = (whole + fraction).replace(/^0+/, "");
  const significant = digits.replace(/0+$/, "");
  if (significant === "") return "0"; // -0 is 0
  const power = BigInt(exponent) - BigInt(fraction.length) + BigInt(digits.length - significant.length);
  return `${sign}${significant}e${power}`;
}

function textOf(node: JsonNode | undefined, { text }: JsonDocument): string | null {
  return node === undefined ? null : text.slice(node.start, node.end);
}

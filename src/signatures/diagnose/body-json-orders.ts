import { contractRank } from "../../contract/member-order.ts";
import type { BodyView } from "./body.ts";
import type { BodyCandidate } from "./cause.ts";
import { isAffordable, permutations, product } from "./combinations.ts";
import { orderCause } from "./json-causes.ts";
import { JsonDocument } from "./json-document.ts";
import { layouts } from "./json-layouts.ts";
import { meaningOf } from "./json-order.ts";
import { printJson, type JsonShape } from "./json-print.ts";
import { sampleRank, type Rank, type SampleNames } from "./samples.ts";

/** Where more orders than this are possible, the contract has to tell which are likely. */
const mostOrders = 5_040;
/** So many ways to put the members that the contract does not name between those that it does. */
const mostPlacements = 400;
/** Objects with more members than this are left as they are where not every order can be tried. */
const mostPermuted = 4;

type JsonObject = Extract<JsonShape, { kind: "object" }>;

/** Objects with the same names: a program prints them alike. */
interface Kind {
  /** In the order of the first such object. */
  names: string[];
}

interface Arranged {
  kind: Kind;
  /** The members in the order of the kind's names. */
  members: JsonObject["members"];
}

/** Orders of members that nothing in the text tells of: every one where they are few, else those the contract and samples suggest. */
export function* jsonOrders(body: BodyView): Generator<BodyCandidate> {
  const document = JsonDocument.of(body);
  if (document === undefined) return;
  const { shape, tokens, layout: held } = document;
  const objects = arrangedObjects(document);
  if (objects === undefined) return;
  const kinds = [...new Set([...objects.values()].map(({ kind }) => kind))];
  const orders = likelyOrders(kinds, tokens.bytes.length, body.samples);
  const tries = orders.reduce((count, each) => count * each.length, 1);
  const both = isAffordable(tries, tokens.bytes.length * 2);
  const printed = layouts.filter((layout) => layout.name === "compact" || (both && layout === held));
  for (const picked of product(orders)) {
    const orderOf = new Map(kinds.map((kind, index) => [kind, picked[index]!]));
    const ordered = inOrder(shape, objects, orderOf);
    for (const layout of printed) {
      yield { bytes: printJson(ordered, layout, tokens), causes: () => [foundByTrying], reveals: false };
    }
  }
}

const foundByTrying = orderCause({ code: "json-key-order", name: "in an order found by trying" });

/** Every object of a text with its kind; undefined where a name stands twice in one. */
function arrangedObjects({ shape, texts }: JsonDocument): Map<JsonShape, Arranged> | undefined {
  const kinds = new Map<string, Kind>();
  const found = new Map<JsonShape, Arranged>();
  const queue = [shape];
  for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
    if (node.kind === "array") queue.push(...node.items);
    if (node.kind !== "object" || node.members.length === 0) continue;
    const byName = new Map(node.members.map((member) => [meaningOf(texts[member.name]!), member]));
    if (byName.size < node.members.length) return undefined;
    const names = [...byName.keys()];
    const key = JSON.stringify(names.toSorted());
    const kind = kinds.get(key) ?? { names };
    kinds.set(key, kind);
    found.set(node, { kind, members: kind.names.map((name) => byName.get(name)!) });
    queue.push(...node.members.map(({ value }) => value));
  }
  return found;
}

/** For each kind the orders to try, as places among its names. */
function likelyOrders(kinds: readonly Kind[], bytes: number, samples: readonly SampleNames[]): number[][][] {
  const counts = kinds.map(({ names }) => factorial(names.length));
  const all = counts.reduce((count, each) => count * each, 1);
  if (all <= mostOrders && isAffordable(all, bytes)) return kinds.map(({ names }) => [...permutations(places(names))]);

  const orders = kinds.map(({ names }) => [places(names)]);
  let tries = 1;
  const ranks = kinds.map(({ names }) => ranksOf(names, samples));
  const known = ranks.map((each) => Number(each.length > 0));
  for (const index of places(kinds).sort((a, b) => known[b]! - known[a]! || counts[a]! - counts[b]!)) {
    const { names } = kinds[index]!;
    const few = names.length <= mostPermuted;
    const suggested = ranks[index]!.flatMap((rank) => placements(names, rank));
    const likely = suggested.length > 0 ? suggested : few ? [...permutations(places(names))] : [];
    if (likely.length === 0 || !isAffordable(tries * likely.length, bytes)) continue;
    orders[index] = likely;
    tries *= likely.length;
  }
  return orders;
}

/** What is known of the order of such members: by the contract, and by the project's samples. */
function ranksOf(names: readonly string[], samples: readonly SampleNames[]): Rank[] {
  const inContract = names.some((name) => contractRank(name) !== undefined) ? [contractRank] : [];
  const inSamples = sampleRank(samples, names);
  return inSamples === undefined ? inContract : [...inContract, inSamples];
}

/** The members that are known in their order, with the others anywhere between them, or all in one place where they are many. */
function placements(names: readonly string[], rankOf: Rank): number[][] {
  const rank = (place: number): number | undefined => rankOf(names[place]!);
  const known = places(names)
    .filter((place) => rank(place) !== undefined)
    .sort((a, b) => rank(a)! - rank(b)!);
  const others = places(names).filter((place) => rank(place) === undefined);
  const count = others.reduce((ways, _other, index) => ways * (known.length + 1 + index), 1);
  if (count > mostPlacements) return inserted(known, others);
  return others.reduce((orders, other) => orders.flatMap((order) => inserted(order, [other])), [known]);
}

/** A list with others put in at each place; the end is the likeliest. */
function inserted(list: readonly number[], others: readonly number[]): number[][] {
  return Array.from({ length: list.length + 1 }, (_, index) => list.toSpliced(list.length - index, 0, ...others));
}

function inOrder(
  shape: JsonShape,
  objects: ReadonlyMap<JsonShape, Arranged>,
  orders: ReadonlyMap<Kind, number[]>,
): JsonShape {
  const visit = (node: JsonShape): JsonShape => {
    if (node.kind === "array") return { kind: "array", items: node.items.map(visit) };
    const object = objects.get(node);
    if (object === undefined) return node;
    const ordered = orders.get(object.kind)!.map((place) => object.members[place]!);
    return { kind: "object", members: ordered.map(({ name, value }) => ({ name, value: visit(value) })) };
  };
  return visit(shape);
}

function places(list: readonly unknown[]): number[] {
  return [...list.keys()];
}

function factorial(count: number): number {
  return count < 2 ? 1 : count * factorial(count - 1);
}

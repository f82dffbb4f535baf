import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { eventTypes } from "../../src/contract/event-types.ts";
import { contractRank } from "../../src/contract/member-order.ts";
import { revisions } from "../../src/contract/revisions.ts";
import { schemas } from "../../src/contract/schemas.ts";

function expectInOrder(names: string[]): void {
  const ranks = names.map((name) => contractRank(name));
  expect(ranks).toEqual(ranks.toSorted((a, b) => a! - b!));
  expect(ranks).not.toContain(undefined);
}

describe.each(revisions)("the order of the members in revision %s", (revision) => {
  it.each(eventTypes)("is that of the schema and of the fixture of %s", (type) => {
    expectInOrder(Object.keys(schemas[revision][type].entries));
    const file = new URL(`../../fixtures/${revision}/${type}.json`, import.meta.url);
    const event = JSON.parse(readFileSync(file, "utf8")) as Record<string, object>;
    expectInOrder(Object.keys(event));
    if (event["metrics"] !== undefined) expectInOrder(Object.keys(event["metrics"]));
  });
});

it("the order of the members has no place for a name that the contract has not", () => {
  for (const name of ["transcript", "__proto__", "constructor", ""]) expect(contractRank(name)).toBeUndefined();
});

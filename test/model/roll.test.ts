import * as fc from "fast-check";
import { expect, it } from "vitest";
import { Roll } from "../../src/model/roll.ts";

it("holds what came and has not gone, in the order in which it came", () => {
  const steps = fc.array(fc.oneof(fc.constant("add" as const), fc.nat(30)), { maxLength: 60 });
  fc.assert(
    fc.property(steps, (taken) => {
      const roll = new Roll<{ value: number }>();
      const all: ReturnType<typeof added>[] = [];
      for (const step of taken) {
        const one = step === "add" ? undefined : all[step];
        if (step === "add") all.push(added(roll, all.length));
        else if (one) {
          one.takeOut(); // also once more
          one.isOut = true;
        }
        expect([...roll].map(({ value }) => value)).toEqual(
          all.filter(({ isOut }) => !isOut).map(({ value }) => value),
        );
      }
    }),
  );
});

it("passes over what is taken out by what comes before it", () => {
  const roll = new Roll<() => void>();
  const called: string[] = [];
  roll.add(() => void called.push("first"));
  roll.add(() => takeOut());
  const takeOut = roll.add(() => void called.push("third"));
  roll.add(() => void called.push("fourth"));
  for (const callback of roll) callback();
  expect(called).toEqual(["first", "fourth"]);
});

function added(roll: Roll<{ value: number }>, value: number) {
  return { value, takeOut: roll.add({ value }), isOut: false };
}

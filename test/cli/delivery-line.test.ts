import * as fc from "fast-check";
import stringWidth from "fast-string-width";
import { describe, expect, it } from "vitest";
import { deliveryLine } from "../../src/cli/views/delivery-line.ts";
import { styleFor } from "../../src/cli/views/style.ts";
import type { Delivery } from "../../src/model/delivery.ts";
import { attempt, madeDelivery } from "./recorded.ts";

function lineAt(columns: number, changes: Partial<Delivery> = {}, extras = {}, flags = { color: false }): string {
  const output = { isTTY: true, columns, write: () => true };
  return deliveryLine(madeDelivery(changes), styleFor(output, { env: {} }, flags), extras);
}

const failed: Partial<Delivery> = {
  outcome: "failed",
  attempts: [
    attempt({ durationMs: 1.24, response: null, failure: "refused", message: "nothing listens on localhost:3000" }),
  ],
};

describe("the line of a delivery", () => {
  it("has on 40 columns what cannot be missed", () => {
    expect(lineAt(40)).toMatch(/^\d\d:\d\d:\d\d ✓ call\.ended {2,}200 {6}7Q2M9X$/);
  });

  it("has on 60 columns the verdict and the duration too", () => {
    expect(lineAt(60)).toMatch(/^\d\d:\d\d:\d\d ✓ call\.ended {2,}valid {4}200 {7}12 ms {2}7Q2M9X$/);
  });

  it("has on 80 columns all that the guide names", () => {
    expect(lineAt(80)).toMatch(/^\d\d:\d\d:\d\d ✓ call\.ended {10}call_3f9a8b7c {3}valid {4}200 {7}12 ms {2}7Q2M9X$/);
  });

  it("has on 200 columns the target, the whole id, and why", () => {
    const line = lineAt(200, failed);
    expect(line).toMatch(/refused {2,}1\.2 ms {2}\/webhooks\/telepath {2,}01JD00000000000000007Q2M9X {2}nothing/);
    expect(line.endsWith("nothing listens on localhost:3000")).toBe(true);
  });

  it("has the usual columns where no terminal limits it", () => {
    const plain = { write: () => true };
    expect(deliveryLine(madeDelivery(), styleFor(plain, { env: {} }, {}))).toBe(lineAt(79));
  });

  it("makes room for a word at its end", () => {
    const line = lineAt(80, { source: "replay" }, { arrow: true, word: "still failing" });
    expect(line).toMatch(/^\d\d:\d\d:\d\d ↻✓ call\.ended .* {2}7Q2M9X {2}still failing$/);
    expect(stringWidth(line)).toBe(80);
  });

  it("never is wider than the terminal, whatever the names, and means the same without colour", () => {
    const names = fc.string({ unit: "grapheme", maxLength: 60 });
    fc.assert(
      fc.property(
        names,
        names,
        names,
        fc.integer({ min: 40, max: 240 }),
        fc.boolean(),
        (event, callId, target, columns, arrow) => {
          const changes = { ...failed, event, callId, target };
          const line = lineAt(columns, changes, { arrow });
          expect(stringWidth(line)).toBeLessThanOrEqual(columns);
          expect(lineAt(columns, changes, { arrow }, { color: true }).replaceAll(/\u001b\[\d+m/g, "")).toBe(line);
        },
      ),
    );
  });

  it("lines up with its neighbours", () => {
    for (const columns of [40, 60, 70, 80, 120, 200]) {
      const ends = [lineAt(columns), lineAt(columns, failed), lineAt(columns, { event: "東京.ended", callId: null })];
      const places = ends.map((line) => stringWidth(line.slice(0, line.indexOf("7Q2M9X"))));
      expect(new Set(places).size).toBe(1);
    }
  });
});

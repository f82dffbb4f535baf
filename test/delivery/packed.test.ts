import * as fc from "fast-check";
import { expect, it } from "vitest";
import { packed, unpacked } from "../../src/delivery/packed.ts";
import type { Delivery } from "../../src/model/delivery.ts";

it("a packed delivery is the same again, whatever its bytes, but for what was answered", () => {
  const text = fc.string({ unit: "binary" });
  const header = fc.tuple(text, text);
  fc.assert(
    fc.property(fc.uint8Array(), fc.array(header), text, (body, headers, event) => {
      const response = { status: 503, headers: [["A", "b"]] as [[string, string]], body: Buffer.from("no") };
      const attempt = { number: 1, startedAt: 1.5, durationMs: 2, url: "http://a/", failure: null, message: null };
      const delivery: Delivery = {
        id: "",
        source: "send",
        createdAt: 1,
        method: "POST",
        target: "/",
        headers,
        body,
        event,
        callId: null,
        signature: { verdict: "valid", secret: "s", diagnosis: null },
        outcome: "pending",
        attempts: [
          { ...attempt, response },
          { ...attempt, response: null, failure: "refused" },
        ],
        replayOf: null,
        bodyState: "whole",
      };
      const again = unpacked(packed(delivery));
      expect(Buffer.from(again.body).equals(body)).toBe(true);
      expect({ ...again, body: null, attempts: null }).toEqual({ ...delivery, body: null, attempts: null });
      expect(again.attempts).toEqual([
        { ...attempt, response: { status: 503, headers: [], body: new Uint8Array() } },
        delivery.attempts[1],
      ]);
    }),
  );
});

import { statSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { freshFolder } from "../folders.ts";
import { newAttempt, newDelivery } from "../samples.ts";
import type { Bench } from "../suite.ts";

/** That a history keeps everything exactly. */
export function keeping({ opened, holding }: Bench): void {
  describe("keeping a delivery", () => {
    it("gives back everything exactly, attempts with their responses included", async () => {
      const delivery = newDelivery({
        source: "replay",
        method: "PUT",
        target: '/hooks?a=%00&b=\\"',
        headers: [
          ["X-Telepath-Signature", "sha256=ab"],
          ["x-telepath-signature", "sha256=cd"],
          ["__proto__", "polluted"],
          ["X-Bytes", Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)).join("")],
          ["Empty", ""],
        ],
        body: Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)),
        event: 'strange\u0000\ud800"\\ event',
        callId: "call_\u0000",
        signature: {
          verdict: "invalid",
          secret: null,
          diagnosis: {
            code: "trailing-newline",
            proven: true,
            steps: ["drop the last byte"],
            summary: "a line end was added",
            advice: "send it without",
            firstDifference: { offset: 3, held: "\\n", signed: "", heldBytes: 1, signedBytes: 0 },
          },
        },
        outcome: "failed",
        replayOf: "01ARZ3NDEKTSV4RRFFQ69G5FAV",
        bodyState: "incomplete",
      });
      const attempts = [
        newAttempt({ response: null, failure: "reset", message: "the app closed the connection\u0000" }),
        newAttempt({
          number: 2,
          startedAt: 1_763_000_000_001.25,
          response: { status: 500, headers: [["Set-Cookie", "\xff=\x80"]], body: Buffer.from([0, 255]) },
        }),
        newAttempt({ number: 3, response: { status: 204, headers: [], body: Buffer.alloc(0) } }),
      ];
      const { history, id } = await holding(delivery);
      for (const attempt of attempts) await history.update(id, { attempt });
      expect(history.get("last")).toEqual({ ...delivery, id, attempts });
    });

    it("gives back any header list and any body", async () => {
      const history = await opened();
      const latin1 = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((byte) => String.fromCharCode(byte)) });
      const headers = fc.array(fc.tuple(latin1, latin1));
      await fc.assert(
        fc.asyncProperty(
          headers,
          fc.uint8Array(),
          fc.option(fc.string({ unit: "binary" })),
          async (headers, body, event) => {
            const id = await history.record(newDelivery({ headers, body, event }));
            const kept = history.get(id);
            expect(kept.headers).toEqual(headers);
            expect(Buffer.compare(kept.body, body)).toBe(0);
            expect(kept.event).toBe(event);
          },
        ),
        { numRuns: 200 },
      );
    });

    it("keeps a part of a larger buffer without the rest", async () => {
      const whole = Buffer.from("abcdef");
      const { history } = await holding(newDelivery({ body: whole.subarray(2, 4) }));
      expect(history.get("last").body).toEqual(Buffer.from("cd"));
    });

    it("keeps a body of 10 MB", async () => {
      const body = Buffer.alloc(10 * 1024 ** 2, "0123456789");
      const { history } = await holding(newDelivery({ body }));
      expect(Buffer.compare(history.get("last").body, body)).toBe(0);
    });

    it("writes a large body once, however much is added to its delivery", async () => {
      const folder = freshFolder();
      const history = await opened(folder);
      const body = Buffer.alloc(1024 ** 2, "0123456789");
      const id = await history.record(newDelivery({ body }));
      for (const outcome of ["failed", "delivered"] as const) await history.update(id, { outcome });
      expect(statSync(join(folder, "history.db-wal")).size).toBeLessThan(1.5 * body.length);
      expect(Buffer.compare(history.get(id).body, body)).toBe(0);
    });

    it("changes outcome and signature, and never the request", async () => {
      const { history, id } = await holding(newDelivery());
      const signature = { verdict: "valid", secret: "development secret", diagnosis: null } as const;
      await history.update(id, { outcome: "delivered", signature });
      await history.update(id, {});
      expect(history.get("last")).toEqual({
        ...newDelivery(),
        id,
        attempts: [],
        outcome: "delivered",
        signature,
      });
    });

    it("gives ids that rise, also when many come at once or the clock goes back", async () => {
      const { ids } = await holding(
        ...Array.from({ length: 50 }, (_, index) => newDelivery({ createdAt: 1_763_000_000_000 - index * 1000 })),
      );
      expect(ids).toEqual(ids.toSorted());
      expect(new Set(ids).size).toBe(50);
      for (const id of ids) expect(id).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
    });
  });
}

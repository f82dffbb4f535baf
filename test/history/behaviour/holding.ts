import { describe, expect, it } from "vitest";
import { freshFolder } from "../folders.ts";
import { newAttempt, newDelivery } from "../samples.ts";
import type { Bench } from "../suite.ts";

const app = "http://localhost:3000";
const nobody = () => false;

/** What waits for its app. */
export function holding({ opened }: Bench): void {
  describe("holding", () => {
    it("keeps what waits, with its app and its holder, oldest first, over a restart", async () => {
      const folder = freshFolder();
      const history = await opened(folder);
      const first = await history.record(newDelivery({ createdAt: 1 }), { hold: { target: app, holder: 1 } });
      const later = await history.record(newDelivery({ createdAt: 3 }));
      const second = await history.record(newDelivery({ createdAt: 2 }), {
        hold: { target: "http://b\u0000", holder: 1 },
      });
      await history.update(later, { attempt: newAttempt(), hold: { target: app, holder: 2 } });
      await history.close();
      const waiting = (await opened(folder)).held();
      expect(waiting.map(({ id, target, holder }) => [id, target, holder])).toEqual([
        [first, app, 1],
        [second, "http://b\u0000", 1],
        [later, app, 2],
      ]);
      expect(waiting[0]?.bytes).toBeGreaterThan(newDelivery().body.byteLength);
    });

    it("forgets what waits no longer, together with the attempt that ended it", async () => {
      const history = await opened();
      const id = await history.record(newDelivery(), { hold: { target: app, holder: 1 } });
      await history.update(id, { attempt: newAttempt(), outcome: "delivered", hold: null });
      expect(history.held()).toEqual([]);
      expect(history.get(id)).toMatchObject({ outcome: "delivered", attempts: [{ number: 1 }] });
    });

    it("gives each waiting delivery to one holder: of the target, and not while another lives", async () => {
      const folder = freshFolder();
      const [history, other] = [await opened(folder), await opened(folder)];
      const mine = await history.record(newDelivery({ createdAt: 1 }), { hold: { target: app, holder: 1 } });
      await history.record(newDelivery({ createdAt: 2 }), { hold: { target: "http://other", holder: 1 } });
      const living = await history.record(newDelivery({ createdAt: 3 }), { hold: { target: app, holder: 3 } });
      expect((await history.takeOver([app], 2, (holder) => holder === 3)).map(({ id }) => id)).toEqual([mine]);
      expect(await other.takeOver([app], 4, (holder) => holder !== 4)).toEqual([]);
      expect((await other.takeOver([app], 2, nobody)).map(({ id, holder }) => [id, holder])).toEqual([
        [mine, 2],
        [living, 2],
      ]);
    });

    it("drops what waits for its age, and not for want of room", async () => {
      const history = await opened();
      const old = await history.record(newDelivery({ createdAt: 1 }), { hold: { target: app, holder: 1 } });
      const young = await history.record(newDelivery({ createdAt: 100 }), { hold: { target: app, holder: 1 } });
      await history.record(newDelivery({ createdAt: 50 }));
      await history.prune({ maxAgeMs: 99, maxBytes: 0 }, 101);
      expect([...history.find({})].map(({ id }) => id)).toEqual([young]);
      expect(history.held().map(({ id }) => id)).toEqual([young]);
      expect(old).not.toBe(young);
    });
  });
}

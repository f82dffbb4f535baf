import { describe, expect, it } from "vitest";
import * as fc from "fast-check";
import { Board, type BoardTerms } from "../../../src/cli/listening/board.ts";
import { footerLines, type FooterFacts } from "../../../src/cli/views/listen-footer.ts";
import { styleFor } from "../../../src/cli/views/style.ts";
import type { Delivery } from "../../../src/model/delivery.ts";
import { attempt, madeDelivery } from "../recorded.ts";

const style = styleFor({ write: () => true }, { env: {} }, {});

function board(changes: Partial<BoardTerms> = {}) {
  const time = { ms: 0 };
  const made = new Board({
    style,
    header: { secrets: ["TELEPATH_WEBHOOK_SECRET"], routes: [], respond: undefined },
    hasTunnel: true,
    keys: () => [],
    holding: () => null,
    now: () => 0,
    clock: () => time.ms,
    ...changes,
  });
  const settle = (delivery: Delivery): void => made.take({ type: "delivery", delivery, duplicateOf: null }, {});
  return { board: made, time, settle };
}

const numbered = (n: number, changes: Partial<Delivery> = {}) => madeDelivery({ callId: `c${n}.`, ...changes });
const callsIn = (text: string) => text.match(/\bc\d+\./g) ?? [];

describe("the lines of a screen", () => {
  it("are all there for a burst, and the latest of more, with how many and how many failed besides", () => {
    const { board: made, settle, time } = board();
    for (let n = 0; n < 300; n += 1) settle(numbered(n));
    expect(callsIn(made.lines())).toHaveLength(300);

    for (let n = 0; n < 5000; n += 1) settle(numbered(n, n < 10 ? { outcome: "failed", attempts: [] } : {}));
    time.ms = 1000;
    const shown = made.lines();
    expect(callsIn(shown)).toHaveLength(100);
    expect(callsIn(shown).at(-1)).toBe("c4999.");
    expect(shown).toContain("… 4,900 deliveries more, 10 of them failed; telepath-hooks log lists them");
    expect(made.block(120, 24).join("\n")).toContain("5,290 delivered  10 failed");
  });

  it("tell of those left out once a second, and at the end of the rest", () => {
    const { board: made, settle, time } = board();
    for (let n = 0; n < 1000; n += 1) settle(numbered(n));
    expect(made.lines()).toContain("700 deliveries more");
    settle(numbered(0));
    time.ms = 5;
    expect(made.lines()).toBe("");
    made.take({ type: "stopped", deliveries: 1001, failed: 0 }, {});
    expect(made.lines()).toMatch(/^stopped after 1,001 deliveries\n.*1 delivery more/);
    expect(made.block(80, 24)).toEqual([]);
  });

  it("do not repeat advice that was just given", () => {
    const { board: made, settle } = board();
    const refused = { response: null, failure: "refused" as const, message: "nothing listens on localhost:3000" };
    for (const _ of [1, 2, 3]) settle(madeDelivery({ outcome: "failed", attempts: [attempt(refused)] }));
    settle(madeDelivery());
    settle(madeDelivery({ outcome: "failed", attempts: [attempt(refused)] }));
    const lines = made.lines().trimEnd().split("\n");
    expect(lines.map((line) => (line.startsWith(" ") ? "advice" : "line"))).toEqual([
      "line",
      "advice",
      "line",
      "line",
      "line",
      "line",
      "advice",
    ]);
  });
});

describe("the footer", () => {
  it("tells the tunnel's state as it changes, with the URL of now", () => {
    const { board: made } = board();
    const status = (): string => made.block(100, 24)[1]!;
    const url = "https://a.ngrok.app";
    expect(status()).toBe("○ opening the tunnel …");
    const ready = {
      type: "ready",
      publicUrl: url,
      localUrl: "http://127.0.0.1:4",
      forwardTo: "http://localhost:3000",
    } as const;
    made.take({ ...ready, tunnel: "ngrok" }, {});
    expect(status()).toBe("● online  https://a.ngrok.app → http://localhost:3000");
    made.take({ type: "latency", milliseconds: 23 }, {});
    expect(status()).toBe("● online 23 ms  https://a.ngrok.app → http://localhost:3000");
    const tunnel = { type: "tunnel", hint: null, latencyMs: null } as const;
    made.take({ ...tunnel, state: "reconnecting", url, reason: "heartbeat lost" }, {});
    expect(status()).toBe("○ reconnecting  https://a.ngrok.app → http://localhost:3000");
    made.take({ ...tunnel, state: "online", url: "https://b.ngrok.app", reason: null }, {});
    expect(status()).toBe("● online  https://b.ngrok.app → http://localhost:3000");
    made.take({ ...tunnel, state: "offline", url: null, reason: "token revoked" }, {});
    expect(status()).toMatch(/^✗ offline/);
    expect(made.lines()).toContain("tunnel reconnecting https://a.ngrok.app: heartbeat lost\n");
  });

  it("leaves out what a narrow window has no room for: words before keys, p50 before p99", () => {
    const keys = ["r", "f", "d", "v", "c", "p", "?", "q"].map((key) => ({ key, label: "replays" }));
    const { board: made, settle } = board({ keys: () => keys });
    settle(madeDelivery());
    expect(made.block(41, 24).slice(-2)).toEqual([
      "1 delivered  0 failed  p99 12 ms",
      "r f d v c p  ? replays  q replays",
    ]);
    expect(made.block(41, 8)).toHaveLength(2);
    expect(made.block(41, 5)).toHaveLength(1);
    expect(made.block(120, 24).at(-1)).toMatch(/^r replays {2}f replays/);
  });

  it("is never higher than the window, and each of its lines is one, whatever it says", () => {
    const text = fc.string({ unit: "grapheme", maxLength: 80 });
    const count = fc.nat(10_000_000);
    const facts: fc.Arbitrary<FooterFacts> = fc.record({
      place: fc.option(fc.record({ url: text, forwardTo: fc.option(text) })),
      tunnel: fc.record({
        state: fc.constantFrom("opening", "online", "reconnecting", "offline", "none"),
        latencyMs: fc.option(fc.nat(9999)),
      }),
      holding: fc.option(fc.record({ paused: fc.boolean(), held: count })),
      counts: fc.record({ delivered: count, failed: count, kept: count }),
      latency: fc.record({
        p50: fc.option(count),
        p90: fc.option(count),
        p99: fc.option(count),
        max: fc.option(count),
      }),
      pending: fc
        .array(text, { maxLength: 9 })
        .map((calls) => calls.map((callId) => madeDelivery({ callId, attempts: [] }))),
      message: fc.option(text),
      keys: fc.constant([
        { key: "r", label: "replay" },
        { key: "?", label: "help" },
        { key: "q", label: "quit" },
      ]),
      now: fc.constant(Date.UTC(2026, 0, 2, 14, 3, 0)),
    });
    fc.assert(
      fc.property(facts, fc.integer({ min: 40, max: 220 }), fc.integer({ min: 3, max: 60 }), (what, columns, rows) => {
        const lines = footerLines(what, style, { columns, rows });
        expect(lines.length).toBeLessThanOrEqual(Math.max(rows, 1));
        for (const line of lines) expect(line).not.toContain("\n");
      }),
    );
  });
});

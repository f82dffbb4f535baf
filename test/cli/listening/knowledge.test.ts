import { describe, expect, it } from "vitest";
import { createKnowledge } from "../../../src/cli/listening/knowledge.ts";
import { deliveryAdvice } from "../../../src/cli/views/advice.ts";
import type { Delivery, SignatureRecord } from "../../../src/model/delivery.ts";
import { attempt, madeDelivery } from "../recorded.ts";

const answered = (status: number, path = "/webhooks", body = ""): Partial<Delivery> => ({
  outcome: status < 300 ? "delivered" : "failed",
  attempts: [
    attempt({ url: `http://localhost:3000${path}`, response: { status, headers: [], body: Buffer.from(body) } }),
  ],
});
const refused = (url = "http://localhost:3000/x"): Partial<Delivery> => ({
  outcome: "failed",
  attempts: [attempt({ url, response: null, failure: "refused", message: "nothing listens on localhost:3000" })],
});
const nothing = { find: () => [] };

async function adviceOn(changes: Partial<Delivery>, knowledge = createKnowledge({ history: nothing })) {
  const delivery = madeDelivery(changes);
  return deliveryAdvice(delivery, await knowledge.about(delivery, null));
}

describe("advice under a delivery", () => {
  it("names what else listens, looking once for a burst, and not at all for an app elsewhere", async () => {
    let looks = 0;
    const ports = () => {
      looks += 1;
      return Promise.resolve([
        { port: 3001, pid: 1, name: "node" },
        { port: 8000, pid: 2, name: "python\u001b3" },
        { port: 3000, pid: 3, name: "gone" },
      ]);
    };
    const knowledge = createKnowledge({ history: nothing, ports, clock: () => 0 });
    const advice =
      "nothing listens on localhost:3000, but node on 3001 and python\\x1b3 on 8000 do: start your app, or give its port: --port 3001";
    expect(await Promise.all([adviceOn(refused(), knowledge), adviceOn(refused(), knowledge)])).toEqual([
      advice,
      advice,
    ]);
    expect(await adviceOn(refused("http://app.example/x"), knowledge)).toMatch(
      /: start your app, or give its port with --port$/,
    );
    expect(looks).toBe(1);
  });

  it("names the paths that worked when one is not there, from the record where this session has none", async () => {
    const knowledge = createKnowledge({ history: nothing });
    await adviceOn(answered(200, "/a?x=1"), knowledge);
    await adviceOn(answered(200, "/b"), knowledge);
    expect(await adviceOn(answered(404, "/c"), knowledge)).toBe(
      "the app answered 404: it has no /c, but /b and /a worked before (--path, --to)",
    );
    const asked: unknown[] = [];
    const history = {
      find: (filter: unknown) => {
        asked.push(filter);
        return [madeDelivery(answered(200, "/old"))];
      },
    };
    const fresh = createKnowledge({ history });
    expect(await adviceOn(answered(404, "/c"), fresh)).toContain("/old worked before");
    expect(await adviceOn(answered(404, "/old"), fresh)).toContain("check the path and method of its route");
    expect(asked).toEqual([{ limit: 50 }]);
  });

  it.each<[string, SignatureRecord, RegExp]>([
    ["valid", { verdict: "valid", secret: "S", diagnosis: null }, /valid by S, so the app has another secret/],
    ["missing", { verdict: "missing", secret: null, diagnosis: null }, /no signature; telepath-hooks send/],
    ["invalid", { verdict: "invalid", secret: null, diagnosis: null }, /matches no secret known here either/],
    ["unchecked", { verdict: "unchecked", secret: null, diagnosis: null }, /compare the secrets/],
    [
      "explained",
      {
        verdict: "invalid",
        secret: null,
        diagnosis: {
          code: "c",
          proven: true,
          steps: [],
          summary: "The body was changed.",
          advice: "Keep it.",
          firstDifference: null,
        },
      },
      /and rightly so\. The body was changed\. Keep it\.$/,
    ],
  ])("on a 401 goes by the signature that is %s", async (_, signature, words) => {
    expect(await adviceOn({ ...answered(401), signature })).toMatch(words);
  });

  it("on a wrong signature that the app took asks why, and on one that is missing or was never checked says nothing", async () => {
    const took = (verdict: SignatureRecord["verdict"], status = 200) =>
      adviceOn({ ...answered(status), signature: { verdict, secret: null, diagnosis: null } });
    expect(await took("invalid")).toBe(
      "the signature matches no secret known here, and the app took it: it has another secret, or does not check",
    );
    expect(await took("missing")).toBeUndefined();
    expect(await took("unchecked")).toBeUndefined();
    expect(await took("invalid", 500)).not.toContain("took it");
    const kept: Partial<Delivery> = { outcome: "captured", attempts: [] };
    expect(
      await adviceOn({ ...kept, signature: { verdict: "invalid", secret: null, diagnosis: null } }),
    ).toBeUndefined();
  });

  it("repeats the first lines of a 5xx, of a page its text, and nothing a terminal would obey", async () => {
    expect(await adviceOn(answered(500, "/", "Error: \u001b[31mno\n\n  at a\n  at b\n  at c\n"))).toBe(
      'the app answered 500 "Error: \\x1b[31mno": look at its log; telepath-hooks replay last-failed tries again\n│ at a\n│ at b',
    );
    const page = "<html><head><style>x</style></head><body><h1>Oh &lt;no&gt;</h1><p>at a<br>at b</body></html>";
    const headers = [["Content-Type", "text/html"]] as const;
    const response = { status: 502, headers: headers as never, body: Buffer.from(page) };
    expect(await adviceOn({ outcome: "failed", attempts: [attempt({ response })] })).toMatch(
      /502 "Oh <no>".*\n│ at a\n│ at b$/s,
    );
  });

  it("warns of an answer that is slow", async () => {
    expect(await adviceOn({ attempts: [attempt({ durationMs: 12_300 })] })).toBe(
      "the answer took 12.30 s; Telepath waits 30 s: answer first and work later",
    );
  });

  it.each([
    [
      true,
      "the same as 7Q2M9X, 5.00 s before, which was delivered: the app must take a call's event once, however often it comes",
    ],
    [false, "the same as 7Q2M9X, 5.00 s before, which was not delivered: tried again"],
  ])("tells of a duplicate (delivered before: %j)", (delivered, words) => {
    const { id, createdAt } = madeDelivery();
    const duplicateOf = { id, createdAt: createdAt - 5000, delivered };
    expect(deliveryAdvice(madeDelivery(), { duplicateOf })).toBe(words);
  });
});

import { idsOf, mustAccept, mustRefuse, told, type Answer } from "../answer.ts";
import { acceptsValid, type CheckCase, type Finding } from "../case.ts";
import { riseOf, usualPatience, type Counter } from "../counter.ts";
import type { Endpoint } from "../endpoint.ts";

const idempotent =
  "remember event and call_id of what was processed, together and in one atomic step (a unique index), and answer 200 " +
  "to what is known already";

/** What the delivery of events brings with it: the same one twice, in any order, again after a failure. */
export const deliveryCases: readonly CheckCase[] = [
  {
    group: "delivery",
    name: "duplicate",
    sends: "the same signed event twice",
    expected: "2xx both times",
    advice: `${idempotent}: a duplicate that is refused is sent again for two and a half hours`,
    blindSpot: "whether it was processed twice cannot be seen from outside: processed-once can, with --probe-url",
    requires: [acceptsValid],
    async run(endpoint) {
      const { payload } = endpoint.event("call.ended");
      return mustAccept(await endpoint.send({ body: payload }), await endpoint.send({ body: payload }));
    },
  },
  {
    group: "delivery",
    name: "out-of-order",
    sends: "the call.ended of a call, and after it its call.started",
    expected: "2xx both times",
    advice: "retries change the order: take an event of a call that you do not know, or know to be over",
    requires: [acceptsValid],
    async run(endpoint) {
      const [started, ended] = endpoint.call(["call.started", "call.ended"]);
      return mustAccept(await endpoint.send({ body: ended!.payload }), await endpoint.send({ body: started!.payload }));
    },
  },
  {
    group: "delivery",
    name: "retry-after-failure",
    sends: "an event with a wrong signature, and then the same one rightly signed",
    expected: "4xx, then 2xx",
    advice: "remember an event only once its signature was checked and it was taken: a refused one will come again",
    requires: [acceptsValid, "signature/wrong-secret"],
    run: retryAfterFailure,
  },
  {
    group: "delivery",
    name: "processed-once",
    sends: "one event four times: two in turn, then two at once",
    expected: "2xx each time, and a count that rises by one",
    advice: idempotent,
    requires: [acceptsValid, "delivery/duplicate"],
    run: async (endpoint) => (endpoint.counter ? await processedOnce(endpoint, endpoint.counter) : withoutCounter),
  },
];

const withoutCounter: Finding = {
  verdict: "skip",
  got: "not told from outside; --probe-url or --probe-command lets the check read how many were processed",
  deliveryIds: [],
};

async function retryAfterFailure(endpoint: Endpoint): Promise<Finding> {
  const { payload } = endpoint.event("call.ended");
  const [name, value] = endpoint.signatureOf(payload);
  const wrong = value.slice(0, -1) + (value.endsWith("0") ? "1" : "0");
  const first = await endpoint.send({ body: payload, signature: [[name, wrong]] });
  const second = await endpoint.send({ body: payload });
  const deliveryIds = idsOf([first, second]);
  if (mustRefuse(first).verdict === "fail") return { verdict: "fail", got: `first ${told(first)}`, deliveryIds };
  return { ...mustAccept(second), got: `first ${told(first)}, then ${told(second)}`, deliveryIds };
}

/** What the count says of one event that comes four times. */
async function processedOnce(endpoint: Endpoint, counter: Counter): Promise<Finding> {
  const { payload } = endpoint.event("call.ended");
  const before = await counter.read();
  const answers: Answer[] = [await endpoint.send({ body: payload }), await endpoint.send({ body: payload })];
  answers.push(...(await Promise.all([endpoint.send({ body: payload }), endpoint.send({ body: payload })])));
  const answered = mustAccept(...answers);
  if (answered.verdict === "fail") return answered;
  const rise = await riseOf(counter, before, usualPatience);
  return { ...answered, verdict: rise === 1 ? "pass" : "fail", got: `a count that rose by ${rise}` };
}

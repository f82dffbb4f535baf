import { answerTimeoutMs } from "../../contract/limits.ts";
import { idsOf, isAccepted, mustAccept, told } from "../answer.ts";
import { acceptsValid, type CheckCase } from "../case.ts";

/** How fast, and how many at once. */
export const limitCases: readonly CheckCase[] = [
  {
    group: "limits",
    name: "answer-time",
    sends: "a signed event",
    expected: `an answer within ${answerTimeoutMs / 1000} s; Telepath's guide advises to answer at once`,
    advice: "answer 200 first, and do the work in a queue or after the answer",
    requires: [acceptsValid],
    async run(endpoint) {
      const answer = await endpoint.send({ body: endpoint.event("call.ended").payload });
      const finding = mustAccept(answer);
      if (finding.verdict === "fail") return finding;
      const got = `${told(answer)} after ${inWords(answer.durationMs)}`;
      return { ...finding, verdict: answer.durationMs > endpoint.settings.slowMs ? "warn" : "pass", got };
    },
  },
  {
    group: "limits",
    name: "concurrency",
    sends: "signed events of different calls, as many at once as Telepath sends",
    expected: "2xx for every one of them, in time",
    advice:
      "serve requests side by side: no lock around the handler, a pool of database connections, work after the answer",
    requires: [acceptsValid],
    async run(endpoint) {
      const { concurrency, slowMs } = endpoint.settings;
      const alone = await endpoint.send({ body: endpoint.event("call.ended").payload });
      const bodies = Array.from({ length: concurrency }, () => endpoint.event("call.ended").payload);
      const answers = await Promise.all(bodies.map((body) => endpoint.send({ body })));
      const deliveryIds = idsOf([alone, ...answers]);
      const wrong = answers.filter((answer) => !isAccepted(answer));
      if (wrong.length > 0) {
        const got = `${wrong.length} of ${concurrency} not taken, the first: ${told(wrong[0]!)}`;
        return { verdict: "fail", got, deliveryIds };
      }
      const slowest = Math.max(...answers.map(({ durationMs }) => durationMs));
      const got = `${concurrency} of ${concurrency} taken, the slowest after ${inWords(slowest)}`;
      // One that is slow by itself is for answer-time to tell.
      const slower = slowest > slowMs && alone.durationMs <= slowMs;
      return { verdict: slower ? "warn" : "pass", got, deliveryIds };
    },
  },
];

function inWords(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

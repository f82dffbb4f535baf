import { parentPort, workerData } from "node:worker_threads";
import { Secret } from "../../model/secret.ts";
import { packing, type Order, type Sent, type ThreadData } from "./packed.ts";
import { outcomesOf, type PieceTerms } from "./pieces.ts";

/** What was found is sent on after so many milliseconds. */
const longestHeldMs = 30;

const { secrets, ...rest } = workerData as ThreadData;
const terms: PieceTerms = { ...rest, secrets: secrets.map(([value, name]) => new Secret(value, name)) };

parentPort!.on("message", (order: Order) => {
  const steps = outcomesOf(order.piece, terms);
  const pack = packing(order);
  let sentAt = performance.now();
  const send = (items: number | undefined): void => {
    const message: Sent = { id: order.id, outcomes: pack.taken(), items };
    parentPort!.postMessage(message);
    sentAt = performance.now();
  };
  for (;;) {
    const next = steps.next();
    if (next.done === true) return send(next.value);
    pack.add(next.value);
    if (performance.now() - sentAt > longestHeldMs) send(undefined);
  }
});

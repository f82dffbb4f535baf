import { parentPort, workerData } from "node:worker_threads";
import { Secret } from "../../model/secret.ts";
import { createAlike } from "./alike.ts";
import type { Order, Sent, ThreadData } from "./packed.ts";
import type { PieceTerms } from "./pieces.ts";
import { stepsOf } from "./steps.ts";

/** What was found is sent on after so many milliseconds. */
const longestHeldMs = 30;

const { secrets, ...rest } = workerData as ThreadData;
const terms: PieceTerms = { ...rest, secrets: secrets.map(([value, name]) => new Secret(value, name)) };
const alike = createAlike(terms.secrets[0]!);

parentPort!.on("message", (order: Order) => void work(order));

async function work({ id, ...order }: Order): Promise<void> {
  const step = stepsOf(order, terms, alike);
  for (;;) {
    const { outcomes, items, loading } = step(longestHeldMs);
    const sent: Sent = { id, outcomes, items };
    parentPort!.postMessage(sent);
    if (items !== undefined) return;
    if (loading !== undefined) await loading;
  }
}

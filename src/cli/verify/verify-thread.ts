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

parentPort!.on("message", ({ id, ...order }: Order) => {
  const step = stepsOf(order, terms, alike);
  let items: number | undefined;
  while (items === undefined) {
    const sent: Sent = { id, ...step(longestHeldMs) };
    parentPort!.postMessage(sent);
    items = sent.items;
  }
});

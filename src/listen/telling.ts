import { setImmediate as nextTurn } from "node:timers/promises";
import type { Delivery, SignatureRecord } from "../model/delivery.ts";
import type { EarlierDelivery } from "./duplicates.ts";
import type { Emit } from "./events.ts";
import type { UnderWay } from "./under-way.ts";

/**
 * Sends a settled delivery's event off, once what the sender waits for is on its way and the delivery is `stored`.
 * Resolves when it is out.
 */
export type Tell = (delivery: Delivery, stored?: Promise<unknown>) => Promise<void>;

export interface TellTools {
  emit: Emit;
  /** Finds out why a signature does not match. Must not reject. */
  diagnose: (delivery: Delivery) => Promise<SignatureRecord | null>;
  /** Tells which earlier delivery said the same. */
  duplicateOf: (delivery: Delivery) => EarlierDelivery | null;
  /** Counts each delivery until its event is out. */
  work: UnderWay;
}

export function createTell({ emit, diagnose, duplicateOf, work }: TellTools): Tell {
  const tell = async (delivery: Delivery): Promise<void> => {
    const earlier = duplicateOf(delivery);
    try {
      const signature = delivery.signature.verdict === "invalid" ? await diagnose(delivery) : null;
      emit({ type: "delivery", delivery: signature ? { ...delivery, signature } : delivery, duplicateOf: earlier });
    } finally {
      work.leave();
    }
  };
  return (delivery, stored = nextTurn()) => {
    work.enter();
    return stored.then(() => tell(delivery));
  };
}

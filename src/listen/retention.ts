import type { History, Retention } from "../history/store.ts";
import type { Delivery } from "../model/delivery.ts";
import { TelepathError } from "../model/errors.ts";
import type { Notify } from "./notices.ts";

/** Keeps the history within its limits while it grows. */
export interface RetentionKeeper {
  /** Looks at once. */
  run(): void;
  /** To be told of each delivery; looks when enough has come together. */
  after(delivery: Delivery): void;
  /** Resolves when no look is under way. */
  idle(): Promise<void>;
}

/** How often to look at the least, while deliveries come in. */
const lookAgainMs = 10 * 60_000;

/** How far the history may go over its size before the next look. */
const overshoot = 1 / 16;

/** @param notify is told how much was dropped, each time something was. */
export function createRetention(keep: Retention, history: History, now: () => number, notify: Notify): RetentionKeeper {
  let bytes = 0;
  let lookedAt = performance.now(); // a clock that is set back is no reason to look later
  let looking: Promise<void> | null = null;

  const look = async (): Promise<void> => {
    bytes = 0;
    lookedAt = performance.now();
    try {
      const dropped = await history.prune(keep, now());
      if (dropped.deliveries === 0) return;
      notify(
        "HISTORY_PRUNED",
        `${dropped.deliveries} old deliveries (${dropped.bytes} bytes) were dropped: ${limits(keep)}`,
      );
    } catch (error) {
      const reason = error instanceof TelepathError ? error.message : String(error);
      notify("HISTORY_UNWRITABLE", `${reason}; old deliveries were not dropped`);
    }
  };
  const run = (): void => {
    looking ??= look().finally(() => (looking = null));
  };
  return {
    run,
    after: (delivery) => {
      bytes += delivery.body.length;
      if (bytes > keep.maxBytes * overshoot || performance.now() - lookedAt > lookAgainMs) run();
    },
    idle: async () => {
      await looking;
    },
  };
}

function limits({ maxAgeMs, maxBytes }: Retention): string {
  return `the history keeps ${+(maxAgeMs / 86_400_000).toFixed(1)} days and ${+(maxBytes / 1024 ** 2).toFixed(1)} MB`;
}

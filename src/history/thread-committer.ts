import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Committer, Outcome } from "./committer.ts";
import type { Connection } from "./connection.ts";
import { createGate, endPatience, shutGate, type Gate } from "./gate.ts";
import { packedChanges, unpackedFault, type PackedOutcome, type Reply, type ThreadData } from "./messages.ts";

/** An entry of the bundle. What runs from the sources, as tests do, has no other to start: Node 20 reads no TypeScript. */
const script = import.meta.url.endsWith(".ts") ? "../../dist/bundle/history-thread.js" : "./history-thread.js";

/** It keeps nothing from one group to the next, so a small heap does; bodies are not on it. */
const resourceLimits = { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 128 };

/**
 * Commits in a thread of its own, so that neither the disk nor SQLite ever holds this thread's event loop up, and what
 * they take runs beside it. Should the thread end (it ran out of memory), the group under way is rejected and the next
 * one starts another.
 *
 * @param reading the connection of this thread, which follows when the file had to be opened anew
 */
export function createThreadCommitter(data: Omit<ThreadData, "gate">, reading: Connection): Committer {
  let thread: Worker | undefined;
  let gate: Gate | undefined;
  /** The thread has opened the file anew, and the reading connection is yet to follow. */
  let isBehind = false;

  const started = (): Worker => {
    const own = createGate();
    gate = own;
    const workerData: ThreadData = { ...data, gate: own };
    const worker = new Worker(new URL(script, import.meta.url), { name: "history", workerData, resourceLimits });
    const onExit = (): void => shutGate(own);
    process.once("exit", onExit);
    worker.once("exit", () => {
      process.off("exit", onExit);
      if (thread === worker) thread = undefined;
    });
    return worker;
  };

  return {
    isApart: true,
    async commit(changes, patienceMs) {
      if (!thread) {
        // The thread opens whatever has the name, and only this one can tell what is left there of the file before.
        await reading.ensureInPlace();
        thread = started();
      }
      const group = packedChanges(changes, patienceMs);
      thread.postMessage(group, [group.bytes.buffer]);
      const reply = await replyOf(thread);
      if ("fault" in reply) throw unpackedFault(reply.fault);
      isBehind ||= reply.reopened;
      // What was committed is on record, whether this connection can follow now or only after another group.
      if (isBehind)
        await reading.ensureInPlace().then(
          () => (isBehind = false),
          () => {},
        );
      return reply.outcomes.map((outcome) => unpacked(outcome));
    },

    endPatience() {
      if (gate) endPatience(gate);
    },

    async close() {
      if (!thread) return;
      thread.postMessage("close", []);
      await once(thread, "exit");
    },
  };
}

function replyOf(thread: Worker): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const settle = (): void => void thread.off("message", answered).off("error", failed).off("exit", ended);
    const answered = (reply: Reply): void => {
      settle();
      resolve(reply);
    };
    const failed = (error: Error): void => {
      settle();
      reject(error);
    };
    const ended = (): void => failed(new Error("the thread of the history ended"));
    thread.on("message", answered).on("error", failed).on("exit", ended);
  });
}

function unpacked(outcome: PackedOutcome): Outcome {
  return "fault" in outcome ? { error: unpackedFault(outcome.fault) } : outcome;
}

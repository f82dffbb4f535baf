/** The thread that commits: see `thread-committer.ts`, which starts it and sends it groups. */
import { parentPort, workerData } from "node:worker_threads";
import { createCommitter, type Committer, type Outcome } from "./committer.ts";
import { Connection } from "./connection.ts";
import { openDatabase } from "./driver.ts";
import { isPatient, throughGate } from "./gate.ts";
import {
  packedFault,
  unpackedChanges,
  type Group,
  type PackedOutcome,
  type Reply,
  type ThreadData,
} from "./messages.ts";

const port = parentPort!;
const { folder, patienceMs, gate } = workerData as ThreadData;
let connection: Connection | undefined;
let committer: Committer | undefined;
let reopened = false;

port.on("message", (group: Group | "close") => {
  if (group === "close") {
    connection?.close();
    port.close();
  } else void replyTo(group).then((reply) => port.postMessage(reply));
});

async function replyTo(group: Group): Promise<Reply> {
  try {
    committer ??= await opened();
    const outcomes = await committer.commit(unpackedChanges(group), group.patienceMs);
    const reply: Reply = { outcomes: outcomes.map((outcome) => packed(outcome)), reopened };
    reopened = false; // not before it is told: a group may fail in the new file
    return reply;
  } catch (error) {
    return { fault: packedFault(error) };
  }
}

async function opened(): Promise<Committer> {
  connection = await Connection.open({ folder, open: openDatabase, patienceMs });
  return createCommitter(connection, {
    onReopened: () => (reopened = true),
    through: (work) => throughGate(gate, work),
    isPatient: () => isPatient(gate),
  });
}

function packed(outcome: Outcome): PackedOutcome {
  return "error" in outcome ? { fault: packedFault(outcome.error) } : outcome;
}

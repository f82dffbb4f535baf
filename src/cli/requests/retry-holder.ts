import { randomBytes } from "node:crypto";
import { isAlive, isBeforeBoot, processMark } from "../../listen/process-mark.ts";

/** Names this run of this process, so that another can tell whether it is still there to make its attempts. */
export function newHolder(now: number): string {
  const { pid } = process;
  return [pid, processMark(pid) ?? "", now, randomBytes(4).toString("hex")].join(" ");
}

/** The number of the process that a holder ran in; null for none. */
export function processOf(holder: string): number | null {
  const pid = Number(holder.split(" ", 1)[0]);
  return Number.isSafeInteger(pid) && pid > 0 ? pid : null;
}

/** Whether a holder may still be at work. The number of one that ended may be another program's. */
export function isAtWork(holder: string): boolean {
  const pid = processOf(holder);
  if (pid === null || !isAlive(pid)) return false;
  const [, mark, since] = holder.split(" ");
  const found = processMark(pid);
  return mark === "" || found === null ? !isBeforeBoot(Number(since)) : found === mark;
}

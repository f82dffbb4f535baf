import { randomBytes } from "node:crypto";
import { readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { isAlive, isBeforeBoot, processMark } from "../../listen/process-mark.ts";
import type { RetryHolder } from "../../history/store.ts";

/** Names this run of this process, so that another can tell whether it is still there to make its attempts. */
export function newHolder(now: number): string {
  const { pid } = process;
  const run = randomBytes(4).toString("hex");
  return [pid, processMark(pid) ?? "", now, run, processSpace(), encodeURIComponent(hostname())].join(" ");
}

/** The number of the process that a holder ran in; null for none. */
export function processOf(holder: string): number | null {
  const pid = Number(holder.split(" ", 1)[0]);
  return Number.isSafeInteger(pid) && pid > 0 ? pid : null;
}

/** The machine or container that a holder ran in, when that is not the one we are in. */
export function elsewhere(holder: string): string | null {
  return isElsewhere(holder) ? decodeURIComponent(holder.split(" ")[5]!) : null;
}

/**
 * What is at work moves its times on. So long after the last of them, in milliseconds, nothing is: an attempt takes its
 * time-out, and clocks differ.
 */
const longPastMs = 600_000;

/**
 * Whether a holder may still be at work. The number of one that ended may be another program's; one in another
 * container or on another machine cannot be seen from here, and is believed as long as its attempts may yet come.
 */
export function isAtWork({ holder, lastDueAt }: Omit<RetryHolder, "deliveries">, now: number): boolean {
  const pid = processOf(holder);
  if (pid === null) return false;
  if (isElsewhere(holder)) return now < untilWhen(lastDueAt);
  if (!isAlive(pid)) return false;
  const [, mark, since] = holder.split(" ");
  const found = processMark(pid);
  return mark === "" || found === null ? !isBeforeBoot(Number(since)) : found === mark;
}

/** From when on a holder elsewhere is taken for ended. */
export function untilWhen(lastDueAt: number): number {
  return lastDueAt + longPastMs;
}

/** Whether the numbers of its processes are not those we see. Within one start of a machine its spaces tell that. */
function isElsewhere(holder: string): boolean {
  const [, mark, , , space, host] = holder.split(" ");
  if (space === undefined || host === undefined) return false; // of a version that did not say
  const isSameStart = mark !== "" && startOf(mark) === startOf(processMark(process.pid));
  return isSameStart && space !== "" && processSpace() !== ""
    ? space !== processSpace()
    : host !== encodeURIComponent(hostname());
}

function startOf(mark: string | null | undefined): string | undefined {
  return mark?.split("/", 1)[0];
}

/** Which processes count together (pid_namespaces(7)); empty where the system does not say. */
function processSpace(): string {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return "";
  }
}

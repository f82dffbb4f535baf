import { readFileSync } from "node:fs";
import { uptime } from "node:os";
import { systemCode } from "../model/errors.ts";

/**
 * What a process has that no other with its number ever had: which start of the machine, and when since then it began
 * (proc_pid_stat(5), `starttime`). Null where the system does not say, or no such process is to be seen.
 */
export function processMark(pid: number): string | null {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return `${boot}/${statOf(pid)[22 - 3]!}`;
  } catch {
    return null;
  }
}

/** What the system says of a process (proc_pid_stat(5)), from the third field on: the name before may hold anything. */
function statOf(pid: number): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

/** Both clocks may be somewhat wrong. */
const slackMs = 60_000;

/** Whether a time, in milliseconds since the epoch, lies before the machine was started. */
export function isBeforeBoot(time: number): boolean {
  return time < Date.now() - uptime() * 1000 - slackMs;
}

/** Whether a process has this number. Signal 0 asks only; EPERM means that it is somebody else's. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !hasEnded(pid);
  } catch (error) {
    return systemCode(error) === "EPERM";
  }
}

/** One that was killed keeps its number until its parent asks how it ended, and in many a container none ever does. */
function hasEnded(pid: number): boolean {
  try {
    return statOf(pid)[0] === "Z";
  } catch {
    return false; // the system does not say
  }
}

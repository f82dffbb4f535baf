import { readFileSync } from "node:fs";

/** The processes with ngrok's SDK that a process has started. Linux only. */
export function agentsOf(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").filter(Boolean);
  return children.map(Number).filter((child) => readFileSync(`/proc/${child}/cmdline`, "utf8").includes("ngrok-agent"));
}

/** A process that has ended and that nobody has asked about yet does not run. */
export function isRunning(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

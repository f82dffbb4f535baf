import { execFileSync, spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** Why `strace` cannot make system calls fail here; empty when it can. */
export const noStrace = ((): string => {
  const { status, error } = spawnSync("strace", ["-o", "/dev/null", "true"], { stdio: "ignore" });
  if (error) return " (skipped: strace is not installed)";
  return status === 0 ? "" : " (skipped: strace may not trace processes here)";
})();

/** A small file system in memory for the rest of the test; null where mounting is not permitted. */
export function smallDisk(bytes: number): string | null {
  const folder = mkdtempSync(join(tmpdir(), "telepath-hooks-disk-"));
  const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${bytes}`, "tmpfs", folder], { stdio: "ignore" });
  onTestFinished(() => {
    if (status === 0) execFileSync("umount", ["-l", folder]);
    rmSync(folder, { recursive: true, force: true });
  });
  return status === 0 ? folder : null;
}

/**
 * Makes system calls of a running process fail on some files, until the function it resolves to is called.
 *
 * @param fault as `strace -e inject=` takes it: `fsync,fdatasync:error=EIO`
 */
export async function injectFault(pid: number, fault: string, paths: string[]): Promise<() => Promise<void>> {
  const calls = fault.slice(0, fault.indexOf(":"));
  const files = paths.flatMap((path) => ["-P", path]);
  const argv = ["-f", "-p", String(pid), "-e", `trace=${calls}`, "-e", `inject=${fault}`, ...files];
  const tracer: ChildProcess = spawn("strace", argv, { stdio: ["ignore", "ignore", "pipe"] });
  onTestFinished(() => void tracer.kill("SIGKILL"));
  let said = "";
  const attached = new Promise<void>((resolve, reject) => {
    tracer.stderr!.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes("attached")) resolve();
    });
    tracer.once("exit", () => reject(new Error(`strace ended: ${said}`)));
  });
  await attached;
  return async () => {
    tracer.kill("SIGINT");
    await once(tracer, "exit");
  };
}

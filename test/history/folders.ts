import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A data folder that does not exist yet, below a temporary one that goes when the test ends. */
export function freshFolder(): string {
  const parent = mkdtempSync(join(tmpdir(), "telepath-history-"));
  onTestFinished(() => rmSync(parent, { recursive: true, force: true }));
  return join(parent, "data");
}

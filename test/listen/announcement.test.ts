import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { announce, runningListeners, takeEndedListeners } from "../../src/listen/announcement.ts";
import { processMark } from "../../src/listen/process-mark.ts";
import { folder } from "./listening.ts";

/** A process that is running all the time and is not this one. */
const pid = process.ppid;
const listener = { pid, localUrl: "http://127.0.0.1:1", forwardTo: null, startedAt: Date.now() };

/** Whether a note of a process that runs counts as one of a listener that runs. */
function countsAsRunning(note: object): boolean {
  const dataDir = folder();
  writeFileSync(join(dataDir, `listening-${pid}.json`), JSON.stringify({ ...listener, ...note }));
  const running = runningListeners(dataDir);
  expect(takeEndedListeners(dataDir)).toHaveLength(1 - running.length);
  return running.length === 1;
}

describe("the note of a listener", () => {
  it("counts while its process runs", () => {
    const dataDir = folder();
    announce(dataDir, listener);
    expect(runningListeners(dataDir)).toEqual([listener]);
  });

  it.runIf(processMark(pid))("counts no more when its number is another program's now", () => {
    expect(countsAsRunning({ mark: processMark(pid) })).toBe(true);
    expect(countsAsRunning({ mark: processMark(process.pid) })).toBe(false);
  });

  it("that does not say which process counts no more when it is older than the start of the machine", () => {
    expect(countsAsRunning({})).toBe(true);
    expect(countsAsRunning({ startedAt: 1 })).toBe(false);
  });
});

import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isAlive, isBeforeBoot, processMark } from "./process-mark.ts";

/** A `listen` that is running, as it announces itself to the other commands of its project. */
export interface RunningListener {
  pid: number;
  localUrl: string;
  /** Null when there is no app behind it. */
  forwardTo: string | null;
  /** Milliseconds since the epoch. */
  startedAt: number;
}

/** A listener as its note has it. */
interface Note {
  listener: RunningListener;
  /** Of its process, where the system has one. */
  mark: string | null;
}

const fileName = /^listening-(\d{1,10})\.json$/;

/**
 * Leaves a note in the data folder for as long as the receiver runs, readable by its owner only. Without the note
 * everything works but the default target of `send`, so a folder that cannot be written is no error here.
 *
 * @returns takes the note away again
 */
export function announce(dataDir: string, listener: RunningListener): () => void {
  const path = noteOf(dataDir, listener.pid);
  try {
    rmSync(path, { force: true }); // left by a process that had this number before
    const note = { ...listener, mark: processMark(listener.pid) };
    writeFileSync(path, `${JSON.stringify(note)}\n`, { mode: 0o600, flag: "wx" });
  } catch {
    return () => {};
  }
  return () => {
    try {
      rmSync(path, { force: true });
    } catch {
      // The folder is gone or read-only: the next reader sees that the process has ended.
    }
  };
}

/** The running receivers of a project, the newest first. */
export function runningListeners(dataDir: string): RunningListener[] {
  return notes(dataDir)
    .filter(isRunning)
    .map(({ listener }) => listener)
    .sort((a, b) => b.startedAt - a.startedAt);
}

/** The receivers that ended without taking their note away: killed, or by a crash. Takes it away for them. */
export function takeEndedListeners(dataDir: string): RunningListener[] {
  const ended = notes(dataDir)
    .filter((note) => !isRunning(note))
    .map(({ listener }) => listener);
  for (const { pid } of ended) removeQuietly(noteOf(dataDir, pid));
  return ended;
}

function notes(dataDir: string): Note[] {
  return fileNames(dataDir).flatMap((name) => {
    const pid = Number(fileName.exec(name)?.[1]);
    if (!Number.isSafeInteger(pid) || pid < 1) return [];
    const note = readNote(join(dataDir, name));
    return note?.listener.pid === pid ? [note] : [];
  });
}

function noteOf(dataDir: string, pid: number): string {
  return join(dataDir, `listening-${pid}.json`);
}

function fileNames(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // no data folder: nothing has run here yet
  }
}

/** A note that is being written, or was damaged, counts as none. */
function readNote(path: string): Note | null {
  try {
    const value = JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown> | null;
    if (typeof value !== "object" || value === null) return null;
    const { pid, localUrl, forwardTo, startedAt, mark } = value;
    if (typeof pid !== "number" || typeof startedAt !== "number" || !isHttpUrl(localUrl)) return null;
    if (forwardTo !== null && !isHttpUrl(forwardTo)) return null;
    return { listener: { pid, localUrl, forwardTo, startedAt }, mark: typeof mark === "string" ? mark : null };
  } catch {
    return null;
  }
}

function isHttpUrl(value: unknown): value is string {
  return typeof value === "string" && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
}

/** After a crash the number of a listener may be another program's. */
function isRunning({ listener: { pid, startedAt }, mark }: Note): boolean {
  if (!isAlive(pid)) return false;
  const found = processMark(pid);
  return mark === null || found === null ? !isBeforeBoot(startedAt) : found === mark;
}

function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // Another reader was faster, or the folder is read-only.
  }
}

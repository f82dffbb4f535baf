import { accessSync, constants, existsSync, type Stats } from "node:fs";
import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { sizeText } from "../views/text.ts";
import { isOpenToOthers, modeText, nearestThere, statusOf } from "./files.ts";
import { ok, problem, shellWord, warning, type Found } from "./finding.ts";
import { gitState } from "./git.ts";
import type { Check, Subject } from "./subject.ts";

/** Where the history and the development secret are, or will be. */
export const dataFolder: Check = {
  name: "data-folder",
  async run(subject) {
    const { dataDir } = subject.project;
    const status = statusOf(dataDir);
    if (status && !status.isDirectory()) return [problem(`${dataDir} is not a folder`, elsewhere)];
    const space = await spaceFindings(dataDir, subject.project.retention.maxBytes);
    if (status === undefined) return [absent(dataDir), ...space];
    const found = [...accessFindings(dataDir, status), ...(await gitFindings(subject)), ...space];
    return found.length > 0 ? found : [ok(`${dataDir}, for you alone`)];
  },
};

const elsewhere = "move it away, or name another folder with --data-dir";

function absent(dataDir: string): Found {
  const parent = nearestThere(dirname(dataDir));
  if (mayWrite(parent)) return ok(`${dataDir} is not there yet; the first command that needs it makes it`);
  return problem(`${dataDir} is not there, and cannot be made in ${parent}`, "name another folder with --data-dir");
}

function accessFindings(dataDir: string, status: Stats): Found[] {
  const found: Found[] = [];
  if (!mayWrite(dataDir)) {
    found.push(problem(`${dataDir} may not be read and written by you`, `chmod u+rwx ${shellWord(dataDir)}`));
  }
  if (isOpenToOthers(status)) {
    const message = `others on this machine may look into ${dataDir} (mode ${modeText(status)}), which holds payloads and a secret`;
    found.push(warning(message, `chmod 700 ${shellWord(dataDir)}`));
  }
  return found;
}

async function gitFindings({ project: { dataDir }, context }: Subject): Promise<Found[]> {
  const state = await gitState(dataDir, dirname(dataDir), context);
  if (state === "tracked") {
    return [problem(`${dataDir} is kept in git, payloads and all`, `git rm -r --cached ${shellWord(dataDir)}`)];
  }
  if (state !== "untracked" || existsSync(`${dataDir}/.gitignore`)) return [];
  const fix = `echo '*' > ${shellWord(`${dataDir}/.gitignore`)}`;
  return [warning(`${dataDir} is not ignored by git: its own .gitignore is gone`, fix)];
}

/** Less than this, and the next burst of deliveries may be refused. */
const littleSpace = 100 * 1024 ** 2;
const noSpace = 5 * 1024 ** 2;

async function spaceFindings(dataDir: string, maxBytes: number): Promise<Found[]> {
  const { bavail, bsize } = await statfs(nearestThere(dataDir));
  return spaceFinding(bavail * bsize, maxBytes);
}

/**
 * @param free bytes that are left on the disk
 * @param maxBytes what the history may grow to
 */
export function spaceFinding(free: number, maxBytes: number): Found[] {
  const left = `${sizeText(free)} left on the disk`;
  if (free < noSpace) return [problem(`${left}: what cannot be stored is not acknowledged (503)`, "make room")];
  if (free < Math.min(littleSpace, maxBytes))
    return [warning(`only ${left}`, "make room, or keep less: --keep 7d,100mb")];
  if (free >= maxBytes) return [];
  const fix = `make room, or keep less than there is, such as "keep": "30d,${Math.floor(free / 2 / 1024 ** 2)}mb"`;
  return [warning(`${left}, and the history may grow to ${sizeText(maxBytes)}`, fix)];
}

function mayWrite(folder: string): boolean {
  try {
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

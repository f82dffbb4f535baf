import { readdir, readFile, readlink } from "node:fs/promises";

export interface SocketHolder {
  pid: number;
  name: string;
}

/** All of the search, in milliseconds. What was not found by then has no name. */
const longestMs = 150;

/**
 * Which processes hold these sockets, by inode, as Linux shows it in `/proc`. Only those of the same user can be seen,
 * and those are the ones a developer started.
 */
export async function holdersOf(inodes: ReadonlySet<string>): Promise<Map<string, SocketHolder>> {
  const deadline = performance.now() + longestMs;
  const found = new Map<string, SocketHolder>();
  // The latest first: an app under development is among them.
  const pids = (await readdir("/proc"))
    .map(Number)
    .filter((pid) => pid > 0)
    .toSorted((a, b) => b - a);
  for (const pid of pids) {
    if (found.size === inodes.size || performance.now() > deadline) break;
    const held = (await socketsOf(pid)).filter((inode) => inodes.has(inode));
    if (held.length === 0) continue;
    const name = await nameOf(pid);
    for (const inode of held) found.set(inode, { pid, name });
  }
  return found;
}

async function socketsOf(pid: number): Promise<string[]> {
  const folder = `/proc/${pid}/fd`;
  const files = await readdir(folder).catch(() => []); // somebody else's, or it has ended
  const links = await Promise.all(files.slice(0, 1000).map((file) => readlink(`${folder}/${file}`).catch(() => "")));
  return links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []);
}

/** The name of the program: that of the main thread can be another (`MainThread`, of node). */
async function nameOf(pid: number): Promise<string> {
  const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  return command.split("\0", 1)[0]!.split(" ", 1)[0]!.replace(/^.*\//, "");
}

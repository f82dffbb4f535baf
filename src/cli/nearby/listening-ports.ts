import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { holdersOf } from "./socket-holders.ts";

/** A TCP port of this machine on which something accepts connections that come from this machine. */
export interface ListeningPort {
  port: number;
  /** Of the process, where that is known. */
  pid: number | null;
  /** The program's name, where that is known. */
  name: string | null;
}

/** For a program that lists them, in milliseconds: `lsof` takes long where many files are open. */
const longestMs = 1000;

/** What listens here, each port once. Empty where the system does not tell, or not in time. */
export async function listeningPorts(platform = process.platform): Promise<ListeningPort[]> {
  try {
    return distinct(await read(platform));
  } catch {
    return []; // it is only for a hint
  }
}

async function read(platform: NodeJS.Platform): Promise<ListeningPort[]> {
  if (platform === "linux") return await named(await procPorts());
  const run = (file: string, argv: string[]) => promisify(execFile)(file, argv, { timeout: longestMs });
  if (platform === "win32") return parseNetstat((await run("netstat", ["-ano", "-p", "tcp"])).stdout);
  return parseLsof((await run("lsof", ["-nP", "-iTCP", "-sTCP:LISTEN", "-Fpcn"])).stdout);
}

async function procPorts(): Promise<ProcPort[]> {
  const tables = ["/proc/net/tcp", "/proc/net/tcp6"].map((path) => readFile(path, "utf8").catch(() => ""));
  return (await Promise.all(tables)).flatMap(parseProcTcp);
}

async function named(ports: ProcPort[]): Promise<ListeningPort[]> {
  const holders = await holdersOf(new Set(ports.map(({ inode }) => inode)));
  return ports.map(({ port, inode }) => ({ port, ...(holders.get(inode) ?? { pid: null, name: null }) }));
}

interface ProcPort {
  port: number;
  /** Of the socket. */
  inode: string;
}

/** Linux's table of sockets (proc_net_tcp.rst): addresses are hexadecimal in the order of the host, state 0A listens. */
export function parseProcTcp(table: string): ProcPort[] {
  return table.split("\n").flatMap((line) => {
    const [, local = "", , state, , , , , , inode] = line.trim().split(/\s+/);
    const [address = "", port = ""] = local.split(":");
    if (state !== "0A" || inode === undefined || !isReachableHex(address)) return [];
    return [{ port: Number.parseInt(port, 16), inode }];
  });
}

/** Any address, or one of the loopback: of IPv4 the last two digits are the first byte. */
function isReachableHex(address: string): boolean {
  if (address.length === 8) return address === "00000000" || address.endsWith("7F");
  return /^0{32}$|^0{24}01000000$/.test(address) || /^0{16}FFFF0000.*7F$/.test(address);
}

/** `lsof -F pcn`: a line for each field, `p` and `c` of a process before the `n` of its sockets. */
export function parseLsof(text: string): ListeningPort[] {
  const ports: ListeningPort[] = [];
  let pid: number | null = null;
  let name: string | null = null;
  for (const line of text.split("\n")) {
    const value = line.slice(1);
    if (line.startsWith("p")) [pid, name] = [Number(value), null];
    else if (line.startsWith("c")) name = value;
    else if (line.startsWith("n")) {
      const port = reachablePort(value);
      if (port !== null) ports.push({ port, pid, name });
    }
  }
  return ports;
}

/** `netstat -ano -p tcp` of Windows: protocol, local address, foreign address, a state in the user's language, pid. */
export function parseNetstat(text: string): ListeningPort[] {
  return text.split("\n").flatMap((line) => {
    const [protocol, local = "", foreign, ...rest] = line.trim().split(/\s+/);
    const port = reachablePort(local);
    if (protocol !== "TCP" || port === null || !/^(0\.0\.0\.0|\[::\]):0$/.test(foreign ?? "")) return [];
    return [{ port, pid: Number(rest.at(-1)) || null, name: null }];
  });
}

function reachablePort(address: string): number | null {
  const [, host = "", port = ""] = /^(.*):(\d+)$/.exec(address) ?? [];
  return /^(\*|0\.0\.0\.0|127\.[\d.]+|\[::1?\]|\[::ffff:127\.[\d.]+\])$/.test(host) ? Number(port) : null;
}

function distinct(ports: ListeningPort[]): ListeningPort[] {
  return [...new Map(ports.map((each) => [each.port, each])).values()].toSorted((a, b) => a.port - b.port);
}

import { lookup } from "node:dns/promises";
import { BlockList } from "node:net";
import { addressOf } from "../delivery/reach.ts";
import { parseTarget } from "../delivery/target.ts";
import { TelepathError } from "../model/errors.ts";

/** The app: the only place the gateway ever connects to. Nothing of it is taken from a request. */
export interface ForwardTarget {
  /** Scheme, host and port. */
  origin: string;
  /** The value of the Host header. */
  host: string;
  /** Put before the received target; empty, or starts with a slash and ends without one. */
  prefix: string;
  /** Origin and prefix, to be shown. */
  url: string;
}

/**
 * The app's address from what the user typed. A path in the URL counts as a prefix, before `path`.
 *
 * @throws TelepathError `INVALID_TARGET`: not http(s), with credentials or a query; a path that is none
 */
export function forwardTarget(to: string, path = "/"): ForwardTarget {
  const { origin, host, target } = parseTarget(to);
  if (target.includes("?")) {
    throw new TelepathError(
      "INVALID_TARGET",
      "the URL of the app may have a path, but no query",
      "give it up to the ?, or the path with --path",
    );
  }
  if (!/^\/[\x21-\x7e]*$/.test(path) || /[?#]/.test(path)) {
    throw new TelepathError(
      "INVALID_TARGET",
      `${JSON.stringify(path)} is not a path to put before the received one`,
      "for example --path /webhooks/telepath",
    );
  }
  const prefix = withoutClosingSlash(target) + withoutClosingSlash(path);
  return { origin, host, prefix, url: origin + prefix };
}

/**
 * The target for the app. The prefix stands for the received root, so that `--path /webhooks` gives the app
 * `/webhooks` and not `/webhooks/` when the sender calls the bare public URL.
 */
export function prefixedTarget(prefix: string, target: string): string {
  if (prefix === "") return target;
  return target === "/" || target.startsWith("/?") ? prefix + target.slice(1) : prefix + target;
}

/**
 * True when the app's address is a port of this machine: with the receiver's own port every request would go round
 * until something gives way.
 */
export async function isOwnPort(target: ForwardTarget, ownPort: number): Promise<boolean> {
  const { host, port } = addressOf(target.origin);
  return port === ownPort && (await isThisMachine(host));
}

export function ownPortError(target: ForwardTarget): TelepathError {
  return new TelepathError(
    "FORWARDS_TO_ITSELF",
    `the app's address ${target.origin} is the receiver itself`,
    "give the app's own port with --port, and the receiver's with --listen-port",
  );
}

/**
 * Refuses an app that is our own public URL.
 *
 * @throws TelepathError `FORWARDS_TO_ITSELF`
 */
export function refuseOwnUrl(target: ForwardTarget, publicUrl: string): void {
  if (!URL.canParse(publicUrl) || new URL(publicUrl).host !== target.host) return;
  throw new TelepathError(
    "FORWARDS_TO_ITSELF",
    `the app's address ${target.origin} is the public URL of the receiver`,
    "give the app's local address with --port or --to",
  );
}

const ownAddresses = new BlockList();
ownAddresses.addSubnet("127.0.0.0", 8, "ipv4");
ownAddresses.addAddress("0.0.0.0", "ipv4");
ownAddresses.addAddress("::1", "ipv6");
ownAddresses.addAddress("::", "ipv6");

const lookupMs = 2000;

/** A name that cannot be resolved in time is not ours: the attempt will say what is wrong with it. */
async function isThisMachine(host: string): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<[]>((resolve) => (timer = setTimeout(resolve, lookupMs, [])));
  const addresses = await Promise.race([lookup(host, { all: true }), late]).catch(() => []);
  clearTimeout(timer);
  return addresses.some(({ address, family }) => ownAddresses.check(address, family === 6 ? "ipv6" : "ipv4"));
}

function withoutClosingSlash(path: string): string {
  return path.replace(/\/+$/, "");
}

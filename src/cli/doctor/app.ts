import { targetUrl } from "../../delivery/target.ts";
import { defaultTarget, givenTarget, type DefaultTarget } from "../settings/default-target.ts";
import { ok, problem, warning, type Found } from "./finding.ts";
import { accepts, portsNearby } from "./nearby.ts";
import type { Check, Subject } from "./subject.ts";

/** Whether the app takes connections where requests would go; nothing is sent to it. */
export const app: Check = {
  name: "app",
  async run(subject) {
    const target = targetOf(subject);
    const { hostname, port: typed, protocol } = new URL(target.origin);
    const port = Number(typed || (protocol === "https:" ? 443 : 80));
    const host = hostname.replace(/^\[|\]$/g, "");
    const where = `${targetUrl(target)} (${target.because})`;
    if (host !== "localhost") {
      if (await accepts(host, port, remoteMs)) return [ok(`something takes connections at ${where}`)];
      return [await nothingThere(subject, where, port, isLoopback(host))];
    }
    const families = await Promise.all(
      ["127.0.0.1", "::1"].map(async (family) => (await accepts(family, port)) && family),
    );
    const listening = families.filter((family) => family !== false);
    if (listening.length === 0) return [await nothingThere(subject, where, port, true)];
    return [ok(`something takes connections at ${where}, on ${listening.join(" and ")}`)];
  },
};

/** A name may have to be looked up, and a connection to cross a network. */
const remoteMs = 3000;

function targetOf({ flags, project }: Subject): DefaultTarget {
  const given = givenTarget(flags, project);
  return given ? { ...given, because: flags.to === undefined ? "--port" : "--to" } : defaultTarget(project);
}

function isLoopback(host: string): boolean {
  return /^127\.|^::1$/.test(host);
}

/** Port 3000 is only a guess: that nothing is there is no mistake of anybody's. */
async function nothingThere({ flags, project }: Subject, where: string, port: number, isHere: boolean): Promise<Found> {
  const said = flags.port ?? flags.to ?? project.config.port ?? project.config.to;
  const nearby = isHere ? await portsNearby(port) : [];
  const others = nearby.length > 0 ? `; something does on ${portList(nearby)}` : "";
  const fix =
    nearby.length > 0
      ? `start your app, or: telepath-hooks doctor --port ${nearby[0]}`
      : "start your app, or name its port with --port";
  return (said === undefined ? warning : problem)(`nothing takes connections at ${where}${others}`, fix);
}

function portList(ports: readonly number[]): string {
  return `port${ports.length > 1 ? "s" : ""} ${ports.join(", ")}`;
}

import { accepts, addressOf } from "../../delivery/reach.ts";
import { isLocal, targetUrl } from "../../delivery/target.ts";
import { likelyApps } from "../nearby/likely-apps.ts";
import { listeningPorts } from "../nearby/listening-ports.ts";
import { defaultTarget, givenTarget, type DefaultTarget } from "../settings/default-target.ts";
import { ok, problem, warning, type Found } from "./finding.ts";
import type { Check, Subject } from "./subject.ts";

/** Whether the app takes connections where requests would go; nothing is sent to it. */
export const app: Check = {
  name: "app",
  async run(subject) {
    const target = targetOf(subject);
    const { host, port } = addressOf(target.origin);
    const where = `${targetUrl(target)} (${target.because})`;
    if (host !== "localhost") {
      if (await accepts(host, port, remoteMs)) return [ok(`something takes connections at ${where}`)];
      return [await nothingThere(subject, where, port, isLocal(target.origin))];
    }
    const families = await Promise.all(
      ["127.0.0.1", "::1"].map(async (family) => (await accepts(family, port, loopbackMs)) && family),
    );
    const listening = families.filter((family) => family !== false);
    if (listening.length === 0) return [await nothingThere(subject, where, port, true)];
    return [ok(`something takes connections at ${where}, on ${listening.join(" and ")}`)];
  },
};

/** A loopback address that takes connections is there at once; Windows takes 2 s to say that none is. */
const loopbackMs = 500;

/** A name may have to be looked up, and a connection to cross a network. */
const remoteMs = 3000;

function targetOf({ flags, project }: Subject): DefaultTarget {
  const given = givenTarget(flags, project);
  return given ? { ...given, because: flags.to === undefined ? "--port" : "--to" } : defaultTarget(project);
}

/** Port 3000 is only a guess: that nothing is there is no mistake of anybody's. */
async function nothingThere({ flags, project }: Subject, where: string, port: number, isHere: boolean): Promise<Found> {
  const said = flags.port ?? flags.to ?? project.config.port ?? project.config.to;
  const nearby = isHere ? likelyApps(await listeningPorts(), new Set([port])).map((other) => other.port) : [];
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

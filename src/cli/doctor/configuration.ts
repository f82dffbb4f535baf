import { relative } from "node:path";
import { configFileName } from "../settings/config.ts";
import { statusOf } from "./files.ts";
import { ok, problemOf, warning, type Found } from "./finding.ts";
import type { Check, Subject } from "./subject.ts";

/** The project's settings: each that cannot be read, and those that contradict each other. */
export const configuration: Check = {
  name: "configuration",
  run(subject) {
    const found = [...subject.problems.map((problem) => problemOf(problem)), ...contradictions(subject)];
    return found.length > 0 ? found : [ok(described(subject))];
  },
};

function described({ project, configFile, context }: Subject): string {
  const settings = Object.entries(project.config).map(([name, value]) => `${name} ${shown(value)}`);
  if (configFile.exists) return `${configFileName}: ${settings.join(", ") || "empty"}`;
  const place = relative(context.cwd, project.root) || "this folder";
  return `no ${configFileName} in ${place}: ${settings.length > 0 ? settings.join(", ") : "the defaults hold"}`;
}

function shown(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function contradictions({ project }: Subject): Found[] {
  const { port, to, tunnel, domain, fixtures } = project.config;
  const found: Found[] = [];
  if (port !== undefined && to !== undefined) {
    found.push(warning(`"port" and "to" both say where the app is; "to" (${to}) is used`, "take one of them out"));
  }
  if (tunnel === "none" && domain !== undefined) {
    found.push(warning(`"domain" has no effect while "tunnel" is "none"`, "take one of them out"));
  }
  if (fixtures !== undefined && !statusOf(project.fixturesDir)?.isDirectory()) {
    const fix = "telepath-hooks fixtures copy call.ended makes it";
    found.push(warning(`the folder of your sample events, ${fixtures}, is not there`, fix));
  }
  return found;
}

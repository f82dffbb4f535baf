import { relative } from "node:path";
import type { Revision } from "../../contract/revisions.ts";
import { compactJson } from "../../fixtures/json-bytes.ts";
import type { Fixture, FixtureEntry } from "../../fixtures/library.ts";
import type { NamedScenario } from "../../fixtures/scenario.ts";
import type { Style } from "./style.ts";
import { safeLines, safeText } from "./text.ts";

/** A sample event as `--json` lists it. The project's own are of no revision. */
export function fixtureJson(fixture: FixtureEntry, revision: Revision): object {
  const { type: event, origin, overrides, path } = fixture;
  return { type: "fixture", event, origin, overrides, revision: origin === "built-in" ? revision : null, path };
}

/** The same with its payload, whose numbers stay as written: not even `--json` may round them. */
export function fixtureWithPayload(fixture: Fixture, revision: Revision): string {
  const head = JSON.stringify(fixtureJson(fixture, revision));
  return `${head.slice(0, -1)},"payload":${compactJson(fixture.bytes, fixture.path).toString("utf8")}}\n`;
}

/** A line for each: the type, where it is from, and the file when it is the project's own. */
export function fixtureLines(fixtures: readonly FixtureEntry[], cwd: string, style: Style): string {
  const width = Math.max(...fixtures.map(({ type }) => type.length));
  const lines = fixtures.map(({ type, origin, overrides, path }) => {
    if (origin === "built-in") return `${type.padEnd(width)}  ${style.faint("built-in")}`;
    const file = safeText(relative(cwd, path));
    return `${style.strong(type.padEnd(width))}  ${file}${overrides ? style.faint(" (instead of the built-in one)") : ""}`;
  });
  return `${lines.join("\n")}\n`;
}

/** A file's text for a terminal. */
export function printableText(bytes: Uint8Array): string {
  const text = safeLines(Buffer.from(bytes).toString("utf8"));
  return text.endsWith("\n") ? text : `${text}\n`;
}

/** A scenario as `--json` shows it; times in milliseconds from the start of the call. */
export function scenarioJson({ name, origin, path, description, events }: NamedScenario): object {
  const told = events.map(({ type: event, atMs, sentMs }) => ({ event, atMs, sentMs }));
  return { type: "scenario", name, origin, path, description, events: told };
}

/** A line for each: the name, what happens, and the file when it is the project's own. */
export function scenarioLines(scenarios: readonly NamedScenario[], cwd: string, style: Style): string {
  const width = Math.max(...scenarios.map(({ name }) => name.length));
  const lines = scenarios.map(({ name, origin, path, description }) => {
    const where = origin === "built-in" ? "" : style.faint(` (${safeText(relative(cwd, path))})`);
    return `${style.strong(name.padEnd(width))}  ${safeText(description)}${where}`;
  });
  return `${lines.join("\n")}\n`;
}

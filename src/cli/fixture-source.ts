import { Option } from "commander";
import { defaultRevision, revisions, type Revision } from "../contract/revisions.ts";
import type { FixtureSource } from "../fixtures/library.ts";
import { TelepathError } from "../model/errors.ts";
import { configFileName } from "./config.ts";
import type { Project } from "./project.ts";
import { suggestion } from "./suggest.ts";

/** `--revision`, for every command that makes or shows sample events. */
export function revisionOption(): Option {
  return new Option(
    "--revision <edition>",
    `edition of Telepath's webhook guide (default: ${defaultRevision})`,
  ).choices(revisions);
}

/**
 * Where a command finds its sample events: `--revision`, then the configuration's, then the default; and the project's
 * own folder.
 *
 * @throws TelepathError `BROKEN_CONFIG` when the configuration names a revision there is none of
 */
export function fixtureSource(project: Project, flags: { revision?: Revision }): FixtureSource {
  const configured = project.config.revision;
  const revision =
    flags.revision ?? (configured === undefined ? defaultRevision : revisions.find((r) => r === configured));
  if (revision !== undefined) return { revision, folder: project.fixturesDir, suggest: suggestion };
  throw new TelepathError(
    "BROKEN_CONFIG",
    `${configFileName}: there is no revision ${JSON.stringify(configured)}`,
    `known: ${revisions.join(", ")}`,
  );
}

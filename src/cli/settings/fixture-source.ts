import { Option } from "commander";
import { defaultRevision, revisions, type Revision } from "../../contract/revisions.ts";
import type { FixtureSource } from "../../fixtures/library.ts";
import type { Project } from "./project.ts";
import { setting } from "./setting.ts";
import { suggestion } from "../suggest.ts";

/** `--revision`, for every command that makes or shows sample events. */
export function revisionOption(): Option {
  return new Option(
    "--revision <edition>",
    setting("revision", "edition of Telepath's webhook guide", defaultRevision),
  ).choices(revisions);
}

/** Where a command finds its sample events: `--revision`, then the configuration's, then the default; and the project's own. */
export function fixtureSource(project: Project, flags: { revision?: Revision }): FixtureSource {
  const revision = flags.revision ?? project.config.revision ?? defaultRevision;
  return { revision, folder: project.fixturesDir, suggest: suggestion };
}

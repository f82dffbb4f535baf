import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { Command, Option } from "commander";
import type { Revision } from "../../contract/revisions.ts";
import { copyFixture, listFixtures, readFixture, type FixtureSource } from "../../fixtures/library.ts";
import { requireFixtureName } from "../../fixtures/names.ts";
import { listScenarios, readScenario, type NamedScenario } from "../../fixtures/scenario.ts";
import { systemCode, TelepathError } from "../../model/errors.ts";
import { writeJson, type Context } from "../context.ts";
import { fixtureSource, revisionOption } from "../settings/fixture-source.ts";
import { commonOptions, type CommonFlags } from "../options.ts";
import { findProject, type Project } from "../settings/project.ts";
import { suggestion } from "../suggest.ts";
import {
  fixtureJson,
  fixtureLines,
  fixtureWithPayload,
  printableText,
  scenarioJson,
  scenarioLines,
} from "../views/fixtures.ts";
import { styleFor } from "../views/style.ts";
import { safeText } from "../views/text.ts";

interface FixtureFlags extends CommonFlags {
  revision?: Revision;
}

interface ListFlags extends FixtureFlags {
  scenarios?: boolean;
}

interface CopyFlags extends FixtureFlags {
  as?: string;
  force?: boolean;
}

export function fixturesCommand(context: Context): Command {
  return (
    new Command("fixtures")
      .summary("list, show, copy the sample events")
      .description(
        "The sample events that send starts from: the built-in ones, and the project's own, which go first.\n" +
          "The project's own are files named after their event type, such as telepath-fixtures/call.ended.json.",
      )
      // The options are the subcommands' own: commander would take them for the parent's if it had the same.
      .addCommand(listCommand(context), { isDefault: true })
      .addCommand(showCommand(context))
      .addCommand(copyCommand(context))
      .addHelpText(
        "after",
        "\nExamples:\n" +
          "  telepath-hooks fixtures list                           what there is\n" +
          "  telepath-hooks fixtures show call.ended                print one\n" +
          "  telepath-hooks fixtures list --scenarios               what --scenario plays\n" +
          "  telepath-hooks fixtures copy call.ended                change what send sends\n" +
          "  telepath-hooks fixtures copy call.ended --as my.event  add a type\n",
      )
  );
}

function fixtureOptions(command: Command): Command {
  return commonOptions(command.addOption(revisionOption()));
}

/** Also what `fixtures` alone does, so a mistyped subcommand arrives here as an argument. */
function listCommand(context: Context): Command {
  return fixtureOptions(new Command("list"))
    .summary("the event types there are samples of")
    .addOption(new Option("--scenarios", "the calls that send --scenario plays, instead"))
    .allowExcessArguments()
    .action((flags: ListFlags, { args: [mistyped] }: Command) => {
      if (mistyped !== undefined) throw unknownSubcommand(mistyped);
      const source = fixtureSource(findProject(context, flags), flags);
      if (flags.scenarios) return listScenariosOf(source, flags, context);
      const fixtures = listFixtures(source);
      if (flags.json) for (const fixture of fixtures) writeJson(context, fixtureJson(fixture, source.revision));
      else context.stdout.write(fixtureLines(fixtures, context.cwd, styleFor(context.stdout, context, flags)));
    });
}

function listScenariosOf(source: FixtureSource, flags: ListFlags, context: Context): void {
  const scenarios = listScenarios(source).map(({ name }) => readScenario(name, source));
  if (flags.json) for (const scenario of scenarios) writeJson(context, scenarioJson(scenario));
  else context.stdout.write(scenarioLines(scenarios, context.cwd, styleFor(context.stdout, context, flags)));
}

function unknownSubcommand(word: string): TelepathError {
  const known = ["list", "show", "copy"];
  const hint = suggestion(word, known) ?? `fixtures takes ${known.join(", ")}`;
  return new TelepathError("USAGE", `unknown command 'fixtures ${word}'`, hint);
}

function showCommand(context: Context): Command {
  return fixtureOptions(new Command("show"))
    .summary("print a sample event, or a scenario")
    .argument("<event>", "event type, or name of a scenario")
    .action((type: string, flags: FixtureFlags) => {
      const source = eventsAndScenarios(findProject(context, flags), flags);
      if (isScenario(type, source)) return showScenario(readScenario(type, source), flags, context);
      const fixture = readFixture(type, source);
      if (flags.json) context.stdout.write(fixtureWithPayload(fixture, source.revision));
      else context.stdout.write(context.stdout.isTTY ? printableText(fixture.bytes) : fixture.bytes);
    });
}

/** Finds for a mistyped name the scenario that was meant, too. */
function eventsAndScenarios(project: Project, flags: FixtureFlags): FixtureSource {
  const source = fixtureSource(project, flags);
  const scenarios = listScenarios(source).map(({ name }) => name);
  return { ...source, suggest: (typed, known) => suggestion(typed, [...known, ...scenarios]) };
}

/** Events go first: no built-in scenario is called as one. */
function isScenario(name: string, source: FixtureSource): boolean {
  const events = listFixtures(source).map(({ type }) => type);
  return !events.includes(name) && listScenarios(source).some((scenario) => scenario.name === name);
}

function showScenario(scenario: NamedScenario, flags: FixtureFlags, context: Context): void {
  if (flags.json) writeJson(context, scenarioJson(scenario));
  else context.stdout.write(context.stdout.isTTY ? printableText(scenario.bytes) : scenario.bytes);
}

function copyCommand(context: Context): Command {
  return fixtureOptions(new Command("copy"))
    .summary("put a sample event or a scenario into the project's folder, to change it there")
    .argument("<event>", "event type, or name of a scenario")
    .addOption(new Option("--as <name>", "under another type or name: the copy adds it"))
    .addOption(new Option("--force", "replace the file when there is one"))
    .action((type: string, flags: CopyFlags) => {
      const project = findProject(context, flags);
      const source = eventsAndScenarios(project, flags);
      if (isScenario(type, source)) return copyScenario(type, source, project, flags, context);
      const copy = copyFixture(type, flags.as, source);
      const path = join(project.fixturesDir, `${copy.type}.json`);
      writeCopy(path, project.fixturesDir, copy.bytes, flags.force ?? false);
      const written = listFixtures(source).find((entry) => entry.type === copy.type)!;
      if (flags.json) writeJson(context, fixtureJson(written, source.revision));
      else context.stderr.write(`wrote ${safeText(relative(context.cwd, path))}: send ${copy.type} sends it\n`);
    });
}

function copyScenario(
  typed: string,
  source: FixtureSource,
  project: Project,
  flags: CopyFlags,
  context: Context,
): void {
  const name = flags.as ?? typed;
  requireFixtureName(name);
  const folder = join(project.fixturesDir, "scenarios");
  const path = join(folder, `${name}.json`);
  writeCopy(path, folder, readScenario(typed, source).bytes, flags.force ?? false);
  if (flags.json) writeJson(context, scenarioJson(readScenario(name, source)));
  else context.stderr.write(`wrote ${safeText(relative(context.cwd, path))}: send --scenario ${name} plays it\n`);
}

/** A link in the file's place is replaced, not followed. */
function writeCopy(path: string, folder: string, bytes: Buffer, force: boolean): void {
  try {
    mkdirSync(folder, { recursive: true });
    if (force) rmSync(path, { force: true });
    writeFileSync(path, bytes, { flag: "wx" });
  } catch (error) {
    if (systemCode(error) === "EEXIST") {
      throw new TelepathError(
        "FILE_EXISTS",
        `${path} is already there`,
        "--force replaces it; --as gives another name",
      );
    }
    const message = `${path} cannot be written (${systemCode(error) ?? "unknown error"})`;
    throw new TelepathError("UNWRITABLE_FILE", message, "is the folder there, and yours?", { cause: error });
  }
}

import { resolve } from "node:path";
import { Option, type Command } from "commander";
import { TelepathError } from "../../model/errors.ts";
import { frameworkNamed } from "../../signatures/advice/choose.ts";
import { frameworks } from "../../signatures/advice/index.ts";
import type { Context } from "../context.ts";
import type { DumpSource } from "./dump-sources.ts";
import { openDestination } from "../report-destination.ts";
import { suggestion } from "../suggest.ts";
import { reports, type Report } from "../views/reports/report.ts";
import type { VerificationSummary } from "../views/verification.ts";

/** The options of `verify` that say what is printed of what it finds. */
export interface ReportFlags {
  json?: boolean;
  framework?: string;
  report?: string;
  output?: string;
}

export function reportOptions(command: Command): Command {
  return command
    .addOption(frameworkOption())
    .addOption(new Option("--report <form>", "write a report").choices(Object.keys(reports)))
    .addOption(new Option("--output <file>", "where the report goes (default: stdout, in place of the text)"));
}

/** `--framework`, for every command that can show code. */
export function frameworkOption(): Option {
  return new Option("--framework <name>", `show the code for this one: ${frameworkNames().join(", ")}`).argParser(
    framework,
  );
}

function frameworkNames(): string[] {
  return frameworks.map(({ name }) => name).toSorted();
}

function framework(value: string): string {
  const known = frameworkNamed(value);
  if (known !== undefined) return known.name;
  const names = frameworkNames();
  const hint = suggestion(value.toLowerCase(), names) ?? `known are ${names.join(", ")}`;
  throw new TelepathError("UNKNOWN_FRAMEWORK", `there is no code for a framework "${value}"`, hint);
}

/** A report and where it goes. */
export interface ReportTarget extends Omit<Report, "text"> {
  /** It is written on stdout, in place of everything else. */
  takesStdout: boolean;
  /** Everything is told: writes it. */
  keep(summary: VerificationSummary): void;
  /** Nothing came of it: the file named is as it was. */
  discard(): void;
}

/**
 * Opens the report that was asked for, before anything slow is done; null when there is none.
 *
 * @throws TelepathError `USAGE`, `UNWRITABLE_FILE`
 */
export function openReport(flags: ReportFlags, sources: readonly DumpSource[], context: Context): ReportTarget | null {
  const { report: form, output } = flags;
  if (output !== undefined && sources.some(({ path }) => path === resolve(context.cwd, output))) {
    throw new TelepathError("USAGE", `${output} is one of the dumps`, "name another file for the report");
  }
  const destination = openDestination(flags, Object.keys(reports), context);
  if (form === undefined || destination === null) return null;
  const report = reports[form]!();
  return { ...report, ...destination, keep: (summary) => destination.keep(report.text(summary)) };
}

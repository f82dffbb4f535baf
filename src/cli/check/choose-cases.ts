import { caseId, groups, type CheckCase } from "../../check/case.ts";
import type { FixtureSource } from "../../fixtures/library.ts";
import { TelepathError } from "../../model/errors.ts";
import { suggestion } from "../suggest.ts";

/** The flags of `check` that choose cases. */
export interface CaseFlags {
  group?: string[];
  case?: string[];
}

/** The forms of `check --report`. */
export const reportForms = ["junit", "json", "markdown", "html"] as const;

/**
 * The cases that `--group` and `--case` ask for, in the order in which they run; all of them without either.
 *
 * @throws TelepathError `UNKNOWN_CASE` for a name that is none, `UNREADABLE_FIXTURES`
 */
export async function chosenCases(flags: CaseFlags, fixtures: FixtureSource): Promise<CheckCase[]> {
  const { allCases } = await import("../../check/cases/index.ts");
  const all = allCases(fixtures);
  const named = new Set(flags.case?.map((typed) => caseNamed(typed, all)));
  for (const group of flags.group ?? []) requireKnown("group", group, groups);
  if (flags.group === undefined && flags.case === undefined) return all;
  return all.filter((each) => named.has(each) || flags.group?.includes(each.group));
}

/** `group/name`, or the name alone where it is one of a single group. */
function caseNamed(typed: string, all: readonly CheckCase[]): CheckCase {
  const found = all.filter((each) => caseId(each) === typed || each.name === typed);
  if (found.length === 1) return found[0]!;
  const names = all.map(({ name }) => name);
  if (found.length === 0) requireKnown("case", typed, typed.includes("/") ? all.map(caseId) : names);
  throw new TelepathError("UNKNOWN_CASE", `${typed} is the name of several cases`, found.map(caseId).join(", "));
}

function requireKnown(what: string, typed: string, known: readonly string[]): void {
  if (known.includes(typed)) return;
  const hint = suggestion(typed, known) ?? (what === "group" ? `known: ${known.join(", ")}` : "--list names them all");
  throw new TelepathError("UNKNOWN_CASE", `there is no ${what} ${JSON.stringify(typed)}`, hint);
}

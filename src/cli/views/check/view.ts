import { caseId, type CaseResult, type CheckCase, type Group } from "../../../check/case.ts";
import type { CheckSummary } from "../../../check/run.ts";
import { targetUrl, type Target } from "../../../delivery/target.ts";
import type { Secret } from "../../../model/secret.ts";
import { frameworkNamed } from "../../../signatures/advice/choose.ts";
import { writeJson, type Context } from "../../context.ts";
import type { ReportDestination } from "../../report-destination.ts";
import { styleFor } from "../style.ts";
import { fitted, safeText } from "../text.ts";
import { caseJson, caseText, remedyText, skippedText, summaryText } from "./text.ts";

/** Draws a check as it goes on. */
export interface CheckView {
  /** The endpoint is there. */
  begin(): void;
  start(each: CheckCase): void;
  result(result: CaseResult): void;
  summary(summary: CheckSummary, results: readonly CaseResult[]): void;
  /** Takes the progress line away. */
  end(): void;
}

interface ViewTerms {
  cases: readonly CheckCase[];
  target: Target;
  secret: Secret;
  flags: { json?: boolean; color?: boolean; framework?: string };
  destination: ReportDestination | null;
}

/** Lines on stdout, objects with `--json`, nothing where a report takes stdout; the case under way on stderr. */
export function createCheckView({ cases, target, secret, flags, destination }: ViewTerms, context: Context): CheckView {
  const { stdout, stderr } = context;
  const style = styleFor(stdout, context, flags);
  const progress = createProgress(cases.length, context);
  const silent = destination?.takesStdout === true;
  let group: Group | null = null;
  /** Cases in a row that were skipped for one reason: they share a line. */
  let skipped: CaseResult[] = [];

  const heading = (each: CheckCase): string => {
    if (each.group === group) return "";
    group = each.group;
    return `\n${style.strong(group)}\n`;
  };
  const flush = (): void => {
    if (skipped.length > 0) stdout.write(skippedText(skipped, style));
    skipped = [];
  };
  const draw = (result: CaseResult): void => {
    const title = heading(result.case);
    if (title !== "" || result.verdict !== "skip" || skipped[0]?.got !== result.got) flush();
    stdout.write(title);
    if (result.verdict === "skip") skipped.push(result);
    else stdout.write(caseText(result, style));
  };
  return {
    begin: () => void stderr.write(`${safeText(targetUrl(target))}, signed with ${safeText(secret.name)}\n`),
    start: (each) => progress.show(caseId(each)),
    result(result) {
      progress.clear();
      if (flags.json) writeJson(context, caseJson(result));
      else if (!silent) draw(result);
    },
    summary(summary, results) {
      progress.clear();
      flush();
      if (flags.json) return writeJson(context, { type: "summary", ...summary });
      if (silent) return void stderr.write(summaryText(summary, styleFor(stderr, context, flags)).trimStart());
      const framework = flags.framework === undefined ? undefined : frameworkNamed(flags.framework);
      const needed = results.some(({ case: each, verdict }) => verdict === "fail" && each.needsRawBody === true);
      stdout.write((framework && needed ? remedyText(framework, style) : "") + summaryText(summary, style));
      if (needed && !framework) stderr.write("--framework express (or flask, rails, …) shows the code that mends it\n");
    },
    end: () => progress.clear(),
  };
}

/** The case under way, on terminals only: the load case and a slow endpoint take their time. */
function createProgress(total: number, { stderr }: Context) {
  if (stderr.isTTY !== true) return { show: () => {}, clear: () => {} };
  let started = 0;
  let drawn = false;
  return {
    show(name: string) {
      started += 1;
      drawn = true;
      const line = `${started} of ${total}  ${name}`;
      stderr.write(`\r\u001b[K${fitted(safeText(line), (stderr.columns ?? 80) - 1).trimEnd()}`);
    },
    clear() {
      if (drawn) stderr.write("\r\u001b[K");
      drawn = false;
    },
  };
}

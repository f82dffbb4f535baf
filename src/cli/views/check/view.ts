import { caseId, type CaseResult, type CheckCase } from "../../../check/case.ts";
import type { CheckSummary } from "../../../check/run.ts";
import { targetUrl, type Target } from "../../../delivery/target.ts";
import type { Secret } from "../../../model/secret.ts";
import { frameworkNamed } from "../../../signatures/advice/choose.ts";
import { writeJson, type Context } from "../../context.ts";
import type { ReportDestination } from "../../report-destination.ts";
import { rewrittenLine } from "../../screen/rewritten-line.ts";
import { styleFor } from "../style.ts";
import { fitted, indented, safeText } from "../text.ts";
import { createCaseLines } from "./lines.ts";
import { caseJson, remedyText, summaryText } from "./text.ts";

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
  flags: { json?: boolean; color?: boolean; framework?: string; strict?: boolean };
  destination: ReportDestination | null;
}

/** Lines on stdout, objects with `--json`, nothing where a report takes stdout; the case under way on stderr. */
export function createCheckView({ cases, target, secret, flags, destination }: ViewTerms, context: Context): CheckView {
  const { stdout, stderr } = context;
  const style = styleFor(stdout, context, flags);
  const progress = createProgress(cases.length, context);
  const silent = destination?.takesStdout === true;
  const lines = createCaseLines(stdout, style);
  const narrate = (text: string): void => {
    const { columns } = styleFor(stderr, context, flags);
    stderr.write(`${indented(text, 0, columns)}\n`);
  };

  return {
    begin: () => narrate(`${safeText(targetUrl(target))}, signed with ${safeText(secret.name)}`),
    start: (each) => progress.show(caseId(each)),
    result(result) {
      progress.clear();
      if (flags.json) writeJson(context, caseJson(result));
      else if (!silent) lines.add(result);
    },
    summary(summary, results) {
      progress.clear();
      lines.end();
      if (flags.json) return writeJson(context, { type: "summary", ...summary });
      if (silent) {
        return void stderr.write(summaryText(summary, cases.length, styleFor(stderr, context, flags)).trimStart());
      }
      const framework = flags.framework === undefined ? undefined : frameworkNamed(flags.framework);
      const needed = results.some(({ verdict, needsRawBody }) => verdict === "fail" && needsRawBody === true);
      stdout.write(
        (framework && needed ? remedyText(framework, style) : "") + summaryText(summary, cases.length, style),
      );
      if (flags.strict && summary.failed === 0 && summary.warned > 0) narrate("with --strict, a warning is a failure");
      if (needed && !framework)
        narrate("--framework express (or flask, rails, …) shows the code that reads and checks the raw body");
    },
    end: () => progress.clear(),
  };
}

/** The case under way, on terminals only: the load case and a slow endpoint take their time. */
function createProgress(total: number, { stderr }: Context) {
  if (stderr.isTTY !== true) return { show: () => {}, clear: () => {} };
  let started = 0;
  const line = rewrittenLine(stderr);
  return {
    show(name: string) {
      started += 1;
      const text = `${started} of ${total}  ${name}`;
      line.draw(fitted(safeText(text), (stderr.columns ?? 80) - 1).trimEnd());
    },
    clear: () => line.clear(),
  };
}

import type { Finding } from "../doctor/finding.ts";
import type { Style } from "./style.ts";
import { counted, indented, safeText } from "./text.ts";

type Status = Finding["status"];
export type Tally = Record<Status, number>;

export function emptyTally(): Tally {
  return { ok: 0, warning: 0, problem: 0, skipped: 0 };
}

/** A finding as `--json` shows it; the members are part of the public interface. */
export function findingJson({ check, status, message, fix }: Finding): object {
  return { type: "finding", check, status, message, fix };
}

/** The last object of `--json`. */
export function doctorJson({ ok, warning, problem, skipped }: Tally): object {
  return { type: "summary", ok, warnings: warning, problems: problem, skipped };
}

const markColumns = 2;
const nameColumns = 15;

/** Draws findings as lines; the name of a check stands before its first one. */
export function createDoctorView(style: Style): (finding: Finding) => string {
  let previous: string | undefined;
  return ({ check, status, message, fix }) => {
    const name = check === previous ? "" : check;
    previous = check;
    const margin = markColumns + nameColumns;
    const text = indented(safeText(message), margin, style.columns).trimStart();
    const line = `${mark(status, style)} ${style.strong(name.padEnd(nameColumns))}${text}\n`;
    return fix === null ? line : `${line}${style.accent(indented(`→ ${safeText(fix)}`, margin, style.columns))}\n`;
  };
}

function mark(status: Status, style: Style): string {
  const marks = { ok: style.good("✓"), warning: style.warn("!"), problem: style.bad("✗"), skipped: style.faint("–") };
  return marks[status];
}

export function doctorSummary({ problem, warning, ok }: Tally, style: Style): string {
  if (problem > 0) {
    const also = warning > 0 ? ` and ${counted(warning, "warning")}` : "";
    return `\n${style.bad(counted(problem, "problem"))}${also}; → is what to do\n`;
  }
  if (warning > 0) return `\nno problem, ${style.warn(counted(warning, "warning"))}; → is what to do\n`;
  return `\n${style.good(`all is well`)}: ${counted(ok, "finding")}\n`;
}

import { TelepathError } from "../../model/errors.ts";
import { batchedOutput } from "../batched-output.ts";
import { exitCodes, writeJson, type Context } from "../context.ts";
import { frameworkNamed, revealedFramework } from "../../signatures/advice/choose.ts";
import { needsRawBody } from "../../signatures/advice/when.ts";
import { rewrittenLine } from "../screen/rewritten-line.ts";
import { progressText } from "../views/batch.ts";
import type { ReportTarget } from "./verification-report.ts";
import { styleFor } from "../views/style.ts";
import type { BlockTerms } from "../views/verification-block.ts";
import { contractRows } from "../views/verification-contract.ts";
import { columnsOf } from "../views/verification-layout.ts";
import { countCauses, summaryTable } from "../views/verification-table.ts";
import { drawnJson, drawnText, type DrawnPlace, type Drawing } from "../views/verification-drawn.ts";
import { bugJson, bugText } from "../views/verification-bug.ts";
import {
  summaryLine,
  unreadableJson,
  unreadableText,
  verificationJson,
  verificationText,
  type Remedy,
  type Verification,
  type VerificationSummary,
} from "../views/verification.ts";

/** Draws and counts what `verify` finds. */
export interface VerificationView {
  verification(verification: Verification): void;
  /** Whether it shows how the next payloads fit the contract. */
  compares(): boolean;
  /** What may be drawn of requests where they are judged; null where it must know all of each. */
  drawing: Drawing | null;
  /** Plainly valid requests of a file, one after the other, drawn elsewhere but for their places. */
  drawn(ends: readonly string[], place: DrawnPlace): void;
  /** A file of several in which no request could be found. */
  unreadable(file: string, error: TelepathError): void;
  /** A part of a large file that could not be read. */
  broken(file: string, error: TelepathError): void;
  /** A file on which the program itself failed. */
  bug(file: string, error: unknown): void;
  fileDone(): void;
  /** Takes the progress line away, and writes what is still to be written. */
  end(): void;
  summary(): void;
  /** 1 when something is invalid or a file of several broken, 2 when no file could be read, 3 when something cannot be told. */
  exitCode(): number;
}

const redrawMs = 100;

export interface ViewFlags {
  json?: boolean;
  color?: boolean;
  framework?: string;
}

/**
 * @param signs the name of the secret that signs, which plainly valid requests match
 * @param report written on stdout in place of the text, or to a file beside it; null for none
 */
export function createVerificationView(
  files: number,
  signs: string,
  flags: ViewFlags,
  report: ReportTarget | null,
  context: Context,
): VerificationView {
  const { stderr } = context;
  const stdout = batchedOutput(context.stdout);
  const style = styleFor(context.stdout, context, flags);
  const columns = columnsOf(context.stdout);
  const contract = contractRows(style, columns);
  const terms: BlockTerms = { style, columns, printed: new Set(), contract };
  const counts: VerificationSummary = { files, requests: 0, valid: 0, invalid: 0, unverifiable: 0, unreadable: 0 };
  const causes = countCauses();
  const progress = createProgress(files, counts, context);
  const drawnLines = flags.json ? drawnJson : drawnText(signs, style);
  const write = (json: () => object, text: () => string): void => {
    progress.clear();
    if (flags.json) writeJson({ stdout }, json());
    else if (!report?.takesStdout) stdout.write(text());
  };
  const unreadable = (file: string, error: TelepathError): void => {
    counts.unreadable += 1;
    report?.unreadable(file, error);
    write(
      () => unreadableJson(file, error),
      () => unreadableText(error, terms),
    );
  };

  return {
    verification(found) {
      const verification = { ...found, remedy: remedyFor(found, flags.framework) };
      counts.requests += 1;
      counts[found.judgement.verdict] += 1;
      causes.add(found.judgement);
      report?.verification(verification);
      write(
        () => verificationJson(verification),
        () => verificationText(verification, terms),
      );
    },
    drawing: report !== null ? null : flags.json ? "json" : columns === Number.POSITIVE_INFINITY ? "text" : null,
    drawn(ends, place) {
      progress.clear();
      counts.requests += ends.length;
      counts.valid += ends.length;
      contract.pass(ends.length);
      stdout.write(drawnLines(ends, place));
    },
    compares: () => flags.json === true || report !== null || contract.compares(),
    broken: unreadable,
    unreadable(file, error) {
      unreadable(file, error);
      progress.advance();
    },
    bug(file, error) {
      counts.unreadable += 1;
      report?.unreadable(file, new TelepathError("BUG", String(error)));
      write(
        () => bugJson(file, error),
        () => bugText(file, error, style),
      );
      progress.advance();
    },
    fileDone: () => progress.advance(),
    end() {
      progress.clear();
      stdout.flush();
    },
    summary() {
      if (flags.json) writeJson(context, { type: "summary", ...counts });
      else if (!report?.takesStdout) context.stdout.write(summaryTable(counts, causes, style) + contract.table());
      if (!flags.json && counts.requests + counts.unreadable > 1) stderr.write(summaryLine(counts));
      report?.keep(counts);
    },
    exitCode() {
      if (counts.unreadable > 0 && counts.requests === 0) return exitCodes.unable;
      if (counts.invalid > 0 || counts.unreadable > 0) return exitCodes.no;
      return counts.unverifiable > 0 ? exitCodes.unknown : exitCodes.done;
    },
  };
}

/** The code that mends the receiver, where reading the raw body is what it fails to do. */
function remedyFor({ format, request, judgement, head }: Verification, asked: string | undefined): Remedy | undefined {
  const { diagnosis, verdict } = judgement;
  if (verdict === "valid" && diagnosis === null) return undefined;
  const unexplained = asked !== undefined && diagnosis === null;
  if (!unexplained && !needsRawBody(diagnosis, request.fidelity)) return undefined;
  if (asked !== undefined) return { framework: frameworkNamed(asked) ?? null, asked: true };
  return { framework: revealedFramework({ format, headers: request.headers, head }) ?? null, asked: false };
}

/** One rewritten line on stderr, on terminals only: count, rate, time left, how many are invalid. */
function createProgress(total: number, counts: VerificationSummary, { stderr }: Context) {
  if (stderr.isTTY !== true || total < 2) return { advance: () => {}, clear: () => {} };
  const start = performance.now();
  let done = 0;
  let drawnAt = start;
  const line = rewrittenLine(stderr);
  return {
    advance() {
      done += 1;
      const now = performance.now();
      if (now - drawnAt < redrawMs) return;
      drawnAt = now;
      const at = { total, done, failed: counts.invalid, elapsedMs: now - start, columns: (stderr.columns ?? 80) - 1 };
      line.draw(progressText(at));
    },
    clear: () => line.clear(),
  };
}

import type { TelepathError } from "../model/errors.ts";
import { batchedOutput } from "./batched-output.ts";
import { exitCodes, writeJson, type Context } from "./context.ts";
import { progressText } from "./views/batch.ts";
import { styleFor } from "./views/style.ts";
import {
  bugJson,
  bugText,
  summaryLine,
  unreadableJson,
  unreadableText,
  verificationJson,
  verificationText,
  type Verification,
  type VerificationSummary,
} from "./views/verification.ts";

/** Draws and counts what `verify` finds. */
export interface VerificationView {
  verification(verification: Verification): void;
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

export function createVerificationView(
  files: number,
  flags: { json?: boolean; color?: boolean },
  context: Context,
): VerificationView {
  const { stderr } = context;
  const stdout = batchedOutput(context.stdout);
  const style = styleFor(context.stdout, context, flags);
  const counts: VerificationSummary = { files, requests: 0, valid: 0, invalid: 0, unverifiable: 0, unreadable: 0 };
  const progress = createProgress(files, counts, context);
  const write = (json: () => object, text: () => string): void => {
    progress.clear();
    if (flags.json) writeJson({ stdout }, json());
    else stdout.write(text());
  };
  const unreadable = (file: string, error: TelepathError): void => {
    counts.unreadable += 1;
    write(
      () => unreadableJson(file, error),
      () => unreadableText(error, style),
    );
  };

  return {
    verification(verification) {
      counts.requests += 1;
      counts[verification.judgement.verdict] += 1;
      write(
        () => verificationJson(verification),
        () => verificationText(verification, style),
      );
    },
    broken: unreadable,
    unreadable(file, error) {
      unreadable(file, error);
      progress.advance();
    },
    bug(file, error) {
      counts.unreadable += 1;
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
      else if (counts.requests + counts.unreadable > 1) stderr.write(summaryLine(counts));
    },
    exitCode() {
      if (counts.unreadable > 0 && counts.requests === 0) return exitCodes.unable;
      if (counts.invalid > 0 || counts.unreadable > 0) return exitCodes.no;
      return counts.unverifiable > 0 ? exitCodes.unknown : exitCodes.done;
    },
  };
}

/** One rewritten line on stderr, on terminals only: count, rate, time left, how many are invalid. */
function createProgress(total: number, counts: VerificationSummary, { stderr }: Context) {
  if (stderr.isTTY !== true || total < 2) return { advance: () => {}, clear: () => {} };
  const start = performance.now();
  let done = 0;
  let drawnAt = start;
  let drawn = false;
  return {
    advance() {
      done += 1;
      const now = performance.now();
      if (now - drawnAt < redrawMs) return;
      drawnAt = now;
      drawn = true;
      stderr.write(`\r\u001b[K${progressText({ total, done, failed: counts.invalid, elapsedMs: now - start })}`);
    },
    clear() {
      if (drawn) stderr.write("\r\u001b[K");
      drawn = false;
    },
  };
}

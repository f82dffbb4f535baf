import type { TelepathError } from "../../../model/errors.ts";
import { junitReport } from "./junit.ts";
import { markdownReport } from "./markdown.ts";
import type { Verification, VerificationSummary } from "../verification.ts";

/** What `verify` found, in a form that other programs read. It is told of everything and then asked for the text. */
export interface Report {
  verification(verification: Verification): void;
  unreadable(file: string, error: TelepathError): void;
  text(summary: VerificationSummary): string;
}

/** The forms of `--report`. */
export const reports: Readonly<Record<string, () => Report>> = {
  junit: junitReport,
  markdown: markdownReport,
};

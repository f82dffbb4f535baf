import { TelepathError } from "../model/errors.ts";
import type { Context } from "./context.ts";
import { createOutputFile } from "./output-file.ts";

/** The flags of a command that can write a report of what it found. */
export interface DestinationFlags {
  json?: boolean;
  report?: string;
  output?: string;
}

/** Where a report goes. */
export interface ReportDestination {
  /** The name of its form. */
  form: string;
  /** It is written on stdout, in place of everything else. */
  takesStdout: boolean;
  /** Everything is told: writes it. */
  keep(text: string): void;
  /** Nothing came of it: the file named is as it was. */
  discard(): void;
}

/**
 * Opens the place for the report that was asked for, before anything slow is done; null when there is none.
 *
 * @throws TelepathError `USAGE`, `UNWRITABLE_FILE`
 */
export function openDestination(
  { json, report, output }: DestinationFlags,
  forms: readonly string[],
  context: Context,
): ReportDestination | null {
  if (report === undefined) {
    if (output === undefined) return null;
    throw new TelepathError("USAGE", "--output goes with --report", `add --report ${forms.join(" or ")}`);
  }
  if (output === undefined) {
    if (json) throw new TelepathError("USAGE", "--json and --report both go to stdout", "add --output <file>");
    return { form: report, takesStdout: true, keep: (text) => void context.stdout.write(text), discard: () => {} };
  }
  const file = createOutputFile(output, { force: true }, context);
  return {
    form: report,
    takesStdout: false,
    keep(text) {
      file.write(Buffer.from(text));
      file.keep();
    },
    discard: () => file.discard(),
  };
}

import { CommanderError } from "commander";
import { TelepathError } from "../model/errors.ts";
import { exitCodes, writeJson, type Context } from "./context.ts";
import { safeLines, safeText } from "./views/text.ts";

/** The user pressed Ctrl-C and the command has nothing to add. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}

/** Turns what a command threw into text and an exit code: the only place that does. */
export function reportError(error: unknown, context: Context, json: boolean): number {
  if (error instanceof Interrupted) return exitCodes.interrupted;
  if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.done; // --help, --version
  const known = error instanceof CommanderError ? usageError(error) : error;

  if (known instanceof TelepathError) {
    context.stderr.write(`error: ${safeText(known.message)}\n`);
    if (known.hint !== undefined) context.stderr.write(`  ${safeText(known.hint)}\n`);
    if (json) writeJson(context, { type: "error", code: known.code, message: known.message, hint: known.hint ?? null });
    return exitCodes.unable;
  }

  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  context.stderr.write(`bug in telepath-hooks, please report it:\n${safeLines(stack)}\n`);
  if (json) writeJson(context, { type: "error", code: "BUG", message: String(error), hint: null });
  return exitCodes.bug;
}

/** commander says "error: unknown option '--prot'\n(Did you mean --port?)": its first line is the message, the rest the hint. */
function usageError(error: CommanderError): TelepathError {
  const [message = "", ...rest] = error.message.replace(/^error: /, "").split("\n");
  const suggestion = /\(Did you mean (one of )?(.+)\?\)/.exec(rest.join(" "));
  const hint = suggestion ? `did you mean ${suggestion[2]}?` : "telepath-hooks help <command> shows what it takes";
  return new TelepathError("USAGE", message.replace(/\.$/, ""), hint);
}

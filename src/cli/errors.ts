import { CommanderError } from "commander";
import { TelepathError } from "../model/errors.ts";
import { exitCodes, writeJson, type Context } from "./context.ts";
import { suggestion } from "./suggest.ts";
import { safeLines, safeText } from "./views/text.ts";

/** The user pressed Ctrl-C and the command has nothing to add. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}

/** The command line that failed. */
export interface FailedCommand {
  /** Undefined when it names none. */
  name: string | undefined;
  json: boolean;
}

/** Turns what a command threw into text and an exit code: the only place that does. */
export function reportError(error: unknown, context: Context, { name, json }: FailedCommand): number {
  if (error instanceof Interrupted) return exitCodes.interrupted;
  if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.done; // --help, --version
  const known = error instanceof CommanderError ? usageError(error, name) : error;

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

/**
 * commander says "error: unknown option '--prot'\n(Did you mean --port?)": its first line is the message, the rest the
 * hint. Of what was typed it repeats more than ours do, `--secert=whsec_…` and the values of headers included.
 */
function usageError(error: CommanderError, command: string | undefined): TelepathError {
  const text = error.message.replace(/^error: /, "");
  const help =
    command === undefined
      ? "telepath-hooks --help lists the commands"
      : `telepath-hooks help ${command} shows what it takes`;

  const [, option, typed = "", problem = ""] =
    /^option '(?:-\w, )?(--[\w-]+).*?' argument '(.*)' is invalid\. (.*)$/s.exec(text) ?? [];
  if (option !== undefined) {
    const [, choices] = /^Allowed choices are (.*)\.$/s.exec(problem) ?? [];
    if (choices === undefined) return new TelepathError("USAGE", `${option}: ${withoutFullStop(problem)}`, help);
    const nearest = suggestion(typed, choices.split(", "));
    return new TelepathError("USAGE", `${option}: "${typed}" is none of ${choices}`, nearest ?? help);
  }
  const [message = "", ...rest] = text.replace(/^(unknown option '-[^=']*)=.*?'(?=\n\(Did|$)/s, "$1'").split("\n");
  const [, nearest] = /\(Did you mean (?:one of )?(.+)\?\)/.exec(rest.join(" ")) ?? [];
  return new TelepathError("USAGE", withoutFullStop(message), nearest ? `did you mean ${nearest}?` : help);
}

function withoutFullStop(sentence: string): string {
  return sentence.replace(/\.$/, "");
}

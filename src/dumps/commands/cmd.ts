import { cmdArguments, type Backslashes } from "./cmd-arguments.ts";
import { cmdLines, plainLineEnd } from "./cmd-lines.ts";
import { programAt } from "./program.ts";
import type { ShellCommand } from "./shell-command.ts";
import { differing } from "./differing.ts";

/** How a Windows command line is read where its producers and Windows differ, or the dump cannot tell. */
interface CmdReading {
  /** The line end that `^` and an empty line stand for: producers write CRLF and LF alike. */
  newline: "\n" | "\r\n" | "";
  backslashes: Backslashes;
}

/** Most likely first. */
const READINGS: readonly CmdReading[] = [
  { newline: "\n", backslashes: "doubled" },
  { newline: "\r\n", backslashes: "doubled" },
  { newline: "\n", backslashes: "as Windows" },
  { newline: "", backslashes: "as Windows" },
];

/**
 * The commands that run a program in what DevTools copies as "cURL (cmd)", one after another: byte strings, one
 * character for each byte. Both its styles: `^"…^\^"…^"` since 2022, `"…""…"%"…"` before.
 */
export function* readCmd(script: string, program: RegExp): Generator<ShellCommand> {
  for (const line of cmdLines(script)) {
    const words = cmdArguments(line, "doubled");
    const at = programAt(words, program);
    if (at !== -1) yield isPlain(line) ? commandWith(words.slice(at + 1), []) : commandOf(line, at);
  }
}

/** Whether all readings make the same words of a line. */
function isPlain(line: string): boolean {
  return !line.includes(plainLineEnd) && !line.includes("\\");
}

/** The command of a line whose program is at a place among its words. */
function commandOf(line: string, program: number): ShellCommand {
  const hasLineEnds = line.includes(plainLineEnd);
  const hasBackslashes = line.includes("\\");
  const [first, ...others] = differing(READINGS, (one, other) => {
    return (hasLineEnds && one.newline !== other.newline) || (hasBackslashes && one.backslashes !== other.backslashes);
  }).map(({ newline, backslashes }) => {
    const words = cmdArguments(line, backslashes).slice(program + 1);
    return words.map((word) => word.replaceAll(plainLineEnd, newline));
  });
  return commandWith(
    first!,
    others.map((words) => commandWith(words, [])),
  );
}

function commandWith(words: string[], others: ShellCommand[]): ShellCommand {
  return { words, input: null, expands: false, others };
}

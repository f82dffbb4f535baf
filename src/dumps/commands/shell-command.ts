import { undoPrintf } from "./escapes.ts";
import { differing } from "./differing.ts";
import { asBash, spell, type BashReading, type Word } from "./words.ts";

/** A command as its shell would start it: byte strings, one character for each byte. */
export interface ShellCommand {
  /** What stands behind the program's own word. */
  words: readonly string[];
  /** What is written in the dump for its standard input: a here-string, a here-document, `printf '…' |`. */
  input: string | null;
  /** It holds `$NAME`, `$(…)` or backticks. They stand as they are: nothing of a dump is ever run. */
  expands: boolean;
  /** What readings make of it that may differ. */
  others: readonly ShellCommand[];
}

/** What is met in the words of a command. */
export interface Traits {
  /** As of a `ShellCommand`. */
  expands: boolean;
  /** `$'…'`. */
  hasAnsiC: boolean;
  /** A `$(printf …)` whose output is known. */
  hasPrintf: boolean;
}

/** A command whose words are not spelled yet. */
export interface UnspelledCommand extends Traits {
  words: readonly Word[];
  input: { hereString: Word } | { hereDocument: string } | { piped: readonly Word[] } | null;
}

/** A command as bash reads it, with those of the other readings that may make other words of it. */
export function spelled(command: UnspelledCommand, readings: readonly BashReading[]): ShellCommand {
  const { hasAnsiC, hasPrintf } = command;
  if (!hasAnsiC && !hasPrintf) return spelledAs(command, asBash);
  const [, ...others] = differing([asBash, ...readings], (one, other) => {
    return (hasAnsiC && one.escapes !== other.escapes) || (hasPrintf && !printAlike(one, other));
  });
  return { ...spelledAs(command, asBash), others: others.map((reading) => spelledAs(command, reading)) };
}

function printAlike(one: BashReading, other: BashReading): boolean {
  return one.keepsFinalNewlines === other.keepsFinalNewlines && one.printsLiterally === other.printsLiterally;
}

function spelledAs({ words, input, expands }: UnspelledCommand, reading: BashReading): ShellCommand {
  return { words: spellAll(words, reading), input: inputText(input, reading), expands, others: [] };
}

function spellAll(words: readonly Word[], reading: BashReading): string[] {
  return words.map((word) => spell(word, reading));
}

function inputText(input: UnspelledCommand["input"], reading: BashReading): string | null {
  if (input === null) return null;
  if ("hereDocument" in input) return input.hereDocument;
  if ("hereString" in input) return `${spell(input.hereString, reading)}\n`;
  return written(spellAll(input.piped, reading));
}

/** What `printf` or `echo` would write into a pipe; null for any other command. */
function written([name, ...rest]: string[]): string | null {
  if (name === "printf" && rest.length === 1) return undoPrintf(rest[0] ?? "");
  if (name === "printf" && rest.length === 2 && /^%[sb](?:\\n)?$/.test(rest[0] ?? "")) {
    return `${rest[1] ?? ""}${rest[0]?.endsWith("n") ? "\n" : ""}`;
  }
  if (name === "echo") return rest[0] === "-n" ? rest.slice(1).join(" ") : `${rest.join(" ")}\n`;
  return null;
}

import { asBash, spell, type Word } from "./words.ts";

/** A prompt, `sudo`, `VARIABLE=value`. */
const MOST_WORDS_BEFORE = 4;

/** Where the word of a program stands among those of a command that runs it; -1 for any other command. */
export function programAt(words: readonly Word[], program: RegExp): number {
  const end = Math.min(words.length, MOST_WORDS_BEFORE + 1);
  for (let at = 0; at < end; at += 1) {
    if (program.test(spell(words[at]!, asBash))) return at;
  }
  return -1;
}

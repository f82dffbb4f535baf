import { isUtf8 } from "../readings.ts";
import { unprintable } from "./request-parts.ts";

/**
 * Words of a command for any POSIX shell, as byte strings: one character for each byte. Text stands in single quotes,
 * where no shell changes anything; what a terminal would act on and what is not UTF-8 is written by `printf` in octal.
 */

/** One word without line ends. */
export function word(text: string): string {
  const bytes = /^[\0-\xff]*$/.test(text) ? text : Buffer.from(text).toString("latin1");
  return isPlain(bytes) && !bytes.includes("\n") ? quoted(bytes) : `"$(printf '${octal(bytes)}')"`;
}

/** A command that writes these bytes. */
export function printfOf(bytes: string): string {
  return `printf '${octal(bytes)}'`;
}

/** Linux takes no argument longer than 128 KiB. */
const LONGEST_ARGUMENT = 100_000;

/** Whether a body can stand in the command, quoted, and be read there. */
export function isArgument(body: string): boolean {
  return body.length <= LONGEST_ARGUMENT && isPlain(body);
}

/** @see https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_02_02 */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Whether a byte string is UTF-8 without anything a terminal acts on or hides, line ends apart. */
function isPlain(text: string): boolean {
  const bytes = Buffer.from(text, "latin1");
  return isUtf8(bytes) && !/[\0-\x09\x0b-\x1f]/.test(text) && bytes.toString("utf8").search(unprintable) === -1;
}

function octal(text: string): string {
  return text.replace(/[^]/g, (byte) => `\\${byte.charCodeAt(0).toString(8).padStart(3, "0")}`);
}

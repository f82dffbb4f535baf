import { isUtf8 } from "../readings.ts";
import { unprintable } from "./request-parts.ts";

/**
 * Words of a command for any POSIX shell, as byte strings: one character for each byte. Text stands in single quotes,
 * where no shell changes anything; line ends, what a terminal would act on and what is not UTF-8 are written by `printf`.
 */

/** One word without line ends at its end, which no shell would keep. */
export function word(text: string): string {
  const bytes = /^[\0-\xff]*$/.test(text) ? text : Buffer.from(text).toString("latin1");
  return isPlain(bytes) ? quoted(bytes) : `"$(${printfOf(bytes)})"`;
}

/**
 * A command that writes these bytes, on one line.
 *
 * @see https://pubs.opengroup.org/onlinepubs/9799919799/utilities/printf.html
 */
export function printfOf(bytes: string): string {
  const isReadable = isTame(bytes) && isUtf8(Buffer.from(bytes, "latin1"));
  return `printf '${isReadable ? readable(bytes) : octal(bytes)}'`;
}

/** Linux takes no argument longer than 128 KiB. */
const LONGEST_ARGUMENT = 100_000;

/** Whether a body can stand in the command, quoted, and be read there. */
export function isArgument(body: string): boolean {
  return body.length <= LONGEST_ARGUMENT && isPlain(body) && isTame(body);
}

/** @see https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_02_02 */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Whether a byte string is UTF-8 on one line, without anything a terminal acts on or hides. */
function isPlain(text: string): boolean {
  const bytes = Buffer.from(text, "latin1");
  return isUtf8(bytes) && !/[\0-\x1f]/.test(text) && bytes.toString("utf8").search(unprintable) === -1;
}

/** Whether nobody who reads the command can take what the body says for a command of its own. */
function isTame(text: string): boolean {
  return !/curl|fetch|invoke-|\bhttps?[\s\\]|\^/i.test(text);
}

function readable(bytes: string): string {
  const text = bytes
    .replaceAll("\\", "\\\\")
    .replaceAll("%", "%%")
    .replaceAll("\n", "\\n")
    // A dash at the start would be an option.
    .replace(/^-|[\0-\x1f']/g, octal);
  const shown = Buffer.from(text, "latin1").toString("utf8").replace(unprintableRuns, utf8Octal);
  return Buffer.from(shown).toString("latin1");
}

/** Whole characters, be they of one UTF-16 unit or of two. */
const unprintableRuns = new RegExp(`(?:${unprintable.source})+`, "g");

function utf8Octal(text: string): string {
  return octal(Buffer.from(text).toString("latin1"));
}

function octal(bytes: string): string {
  return bytes.replace(/[^]/g, (byte) => `\\${byte.charCodeAt(0).toString(8).padStart(3, "0")}`);
}

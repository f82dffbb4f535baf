/** How `\xe9` in a quoted string is meant: bash writes the byte, browsers once wrote the character's code point. */
export type EscapeStyle = "bytes" | "code-points";

const LETTERS = new Map(
  Object.entries({ n: "\n", r: "\r", t: "\t", a: "\x07", b: "\b", e: "\x1b", E: "\x1b", f: "\f", v: "\v" }),
);
const ESCAPE = /\\(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|([0-7]{1,3})|c([^])|([^]))/g;

/**
 * Undoes the escapes of bash's `$'…'`. Input and result are byte strings: one character for each byte.
 *
 * @see https://www.gnu.org/software/bash/manual/html_node/ANSI_002dC-Quoting.html
 */
export function undoAnsiC(text: string, style: EscapeStyle): string {
  const joined =
    style === "code-points"
      ? text.replace(/(?:\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})/g, pair)
      : text;
  return joined.replace(
    ESCAPE,
    (_all, x?: string, u?: string, U?: string, octal?: string, control?: string, letter?: string) => {
      const code = x ?? u ?? U;
      if (code !== undefined) return codeUnits(Number.parseInt(code, 16), x !== undefined && style === "bytes");
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff);
      if (control !== undefined) return String.fromCharCode(control.charCodeAt(0) & 0x1f);
      return LETTERS.get(letter ?? "") ?? literally(letter ?? "");
    },
  );
}

/**
 * What `printf` writes for a format without arguments, as mitmproxy and our own export use it.
 *
 * @see https://pubs.opengroup.org/onlinepubs/9799919799/utilities/printf.html
 */
export function undoPrintf(format: string): string {
  return format.replace(/%([%a-z])|[^%]+/g, (text, conversion?: string) => {
    if (conversion === undefined) return undoAnsiC(text, "bytes");
    return conversion === "%" ? "%" : "";
  });
}

/** The UTF-8 of a code point as a byte string; a lone surrogate gets the three bytes bash gives it. */
export function utf8(codePoint: number): string {
  if (codePoint < 0xd800 || codePoint > 0xdfff) {
    return codePoint > 0x10ffff ? "" : Buffer.from(String.fromCodePoint(codePoint)).toString("latin1");
  }
  return String.fromCharCode(0xe0 | (codePoint >> 12), 0x80 | ((codePoint >> 6) & 0x3f), 0x80 | (codePoint & 0x3f));
}

function pair(escapes: string): string {
  const units = escapes.split("\\u").slice(1);
  const codePoint = String.fromCharCode(...units.map((unit) => Number.parseInt(unit, 16))).codePointAt(0) ?? 0;
  return `\\U${codePoint.toString(16).padStart(8, "0")}`;
}

function codeUnits(code: number, isByte: boolean): string {
  return isByte ? String.fromCharCode(code) : utf8(code);
}

function literally(letter: string): string {
  return /[\\'"?]/.test(letter) ? letter : `\\${letter}`;
}

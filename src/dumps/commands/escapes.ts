import { ScriptCursor } from "./script.ts";

/** How `\xe9` in a quoted string is meant: bash writes the byte, browsers once wrote the character's code point. */
export type EscapeStyle = "bytes" | "code-points";

const LETTERS = new Map(
  Object.entries({ n: "\n", r: "\r", t: "\t", a: "\x07", b: "\b", e: "\x1b", E: "\x1b", f: "\f", v: "\v" }),
);
for (const itself of `\\'"?`) LETTERS.set(itself, itself);
const HEX_2 = /[0-9a-fA-F]{1,2}/y;
const HEX_4 = /[0-9a-fA-F]{1,4}/y;
const HEX_8 = /[0-9a-fA-F]{1,8}/y;
const OCTAL = /[0-7]{1,3}/y;
const LOW_SURROGATE = /\\u[dD][c-fC-F][0-9a-fA-F]{2}/y;

/**
 * Undoes the escapes of bash's `$'…'`. Input and result are byte strings: one character for each byte.
 *
 * @see https://www.gnu.org/software/bash/manual/html_node/ANSI_002dC-Quoting.html
 */
export function undoAnsiC(text: string, style: EscapeStyle): string {
  return text.includes("\\") ? new EscapedText(text, style).undone() : text;
}

/**
 * What `printf` writes for a format without arguments, as mitmproxy and our own export use it.
 *
 * @see https://pubs.opengroup.org/onlinepubs/9799919799/utilities/printf.html
 */
export function undoPrintf(format: string): string {
  if (!format.includes("%")) return undoAnsiC(format, "bytes");
  return format.replace(/%([%a-z])|[^%]+/g, (text, conversion?: string) => {
    if (conversion === undefined) return undoAnsiC(text, "bytes");
    return conversion === "%" ? "%" : "";
  });
}

/** The UTF-8 of a code point as a byte string; a lone surrogate gets the three bytes bash gives it. */
export function utf8(codePoint: number): string {
  const last = 0x80 | (codePoint & 0x3f);
  if (codePoint < 0x80) return String.fromCharCode(codePoint);
  if (codePoint < 0x800) return String.fromCharCode(0xc0 | (codePoint >> 6), last);
  const third = 0x80 | ((codePoint >> 6) & 0x3f);
  if (codePoint < 0x10000) return String.fromCharCode(0xe0 | (codePoint >> 12), third, last);
  if (codePoint > 0x10ffff) return "";
  return String.fromCharCode(0xf0 | (codePoint >> 18), 0x80 | ((codePoint >> 12) & 0x3f), third, last);
}

class EscapedText extends ScriptCursor {
  private readonly style: EscapeStyle;

  constructor(text: string, style: EscapeStyle) {
    super(text);
    this.style = style;
  }

  undone(): string {
    let undone = "";
    for (;;) {
      const backslash = this.script.indexOf("\\", this.at);
      // One at the end protects nothing.
      if (backslash === -1 || backslash === this.script.length - 1) return undone + this.script.slice(this.at);
      if (backslash > this.at) undone += this.script.slice(this.at, backslash);
      this.at = backslash + 2;
      undone += this.escape(this.script.charAt(backslash + 1));
    }
  }

  private escape(letter: string): string {
    switch (letter) {
      case "x":
        return this.hex();
      case "u":
        return this.codePoint(HEX_4) ?? "\\u";
      case "U":
        return this.codePoint(HEX_8) ?? "\\U";
      case "c":
        return this.at < this.script.length ? String.fromCharCode(this.script.charCodeAt(this.at++) & 0x1f) : "\\c";
      default:
        return letter >= "0" && letter <= "7" ? this.octal() : (LETTERS.get(letter) ?? `\\${letter}`);
    }
  }

  private hex(): string {
    const digits = this.match(HEX_2);
    if (digits === undefined) return "\\x";
    const code = Number.parseInt(digits, 16);
    return this.style === "bytes" ? String.fromCharCode(code) : utf8(code);
  }

  private octal(): string {
    this.at -= 1;
    return String.fromCharCode(Number.parseInt(this.match(OCTAL) ?? "", 8) & 0xff);
  }

  private codePoint(digits: RegExp): string | undefined {
    const found = this.match(digits);
    if (found === undefined) return undefined;
    const code = Number.parseInt(found, 16);
    const isHigh = code >= 0xd800 && code < 0xdc00;
    const low = isHigh && this.style === "code-points" ? this.match(LOW_SURROGATE) : undefined;
    return utf8(low === undefined ? code : surrogatePair(code, Number.parseInt(low.slice(2), 16)));
  }
}

function surrogatePair(high: number, low: number): number {
  return 0x10000 + ((high & 0x3ff) << 10) + (low & 0x3ff);
}

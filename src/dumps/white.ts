/**
 * White space as HTTP (RFC 9110 §5.6.3) and YAML (1.2 §5.5) have it: space and tab alone. `trim()` would take a no-break
 * or an ideographic space too, and of a byte string the last byte of an "à".
 */

/** The first column from `column` on that is not white space. */
export function pastWhite(text: string, column: number): number {
  let at = column;
  while (isWhite(text.charCodeAt(at))) at += 1;
  return at;
}

export function withoutWhiteEnd(text: string): string {
  let end = text.length;
  while (isWhite(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

export function withoutWhite(text: string): string {
  return withoutWhiteEnd(text.slice(pastWhite(text, 0)));
}

function isWhite(unit: number): boolean {
  return unit === 0x20 || unit === 0x09;
}

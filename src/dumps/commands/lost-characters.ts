import { asBuffer } from "../readings.ts";

const LOST_PAIR = Buffer.from("\ufffd\ufffd");
const FIRST_EMOJI = 0x1f300;
const LAST_EMOJI = 0x1faff;
/** All readings together. */
const MOST_BYTES = 8_388_608;

/**
 * DevTools puts `^` between the halves of a character beyond U+FFFF when it copies for cmd, and no file can hold half a
 * character: both become U+FFFD. With one such character in a body, it can only be an emoji that a signature then
 * proves, so all of them are readings.
 */
export function lostCharacters(body: Uint8Array): Uint8Array[] {
  const bytes = asBuffer(body);
  const at = bytes.indexOf(LOST_PAIR);
  const emojis = LAST_EMOJI - FIRST_EMOJI + 1;
  if (at === -1 || bytes.includes(LOST_PAIR, at + 1) || bytes.length * emojis > MOST_BYTES) return [];
  const before = bytes.subarray(0, at);
  const after = bytes.subarray(at + LOST_PAIR.length);
  return Array.from({ length: emojis }, (_unused, index) =>
    Buffer.concat([before, Buffer.from(String.fromCodePoint(FIRST_EMOJI + index)), after]),
  );
}

/** mitmproxy up to 8.1 writes control characters as `\x0a` inside single quotes, where no shell undoes them. */
export function literalHex(body: Uint8Array): Uint8Array[] {
  const bytes = asBuffer(body);
  if (!bytes.includes("\\x")) return [];
  const text = bytes.toString("latin1");
  const undone = text.replace(/\\x([0-9a-f]{2})/g, (_all, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return undone === text ? [] : [Buffer.from(undone, "latin1")];
}

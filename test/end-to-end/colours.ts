import { midTones } from "../../src/cli/views/style.ts";

/** Bold, and the colours that test/cli/style.test.ts holds against light and dark backgrounds; and back from them. */
const legible = new Set(["1", "22", "39", ...Object.values(midTones).map((index) => `38;5;${index}`)]);

/** The colours and attributes a terminal was told to use that are none of those. */
export function illegibleColours(written: string): string[] {
  return [...written.matchAll(/\u001b\[([\d;]*)m/g)].map(([, code]) => code!).filter((code) => !legible.has(code));
}

import { safeText } from "../text.ts";

/** Text for an element or an attribute. XML 1.0 §2.2 has no way to write most controls: they are spelled out. */
export function xml(text: string): string {
  return safeText(text)
    .replace(/[\ufffe\uffff]/g, "\ufffd")
    .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

import { safeText } from "../text.ts";

/** A row of a table (GFM §4.10). */
export function tableRow(cells: readonly string[]): string {
  return `| ${cells.map(markdown).join(" | ")} |`;
}

/**
 * Text that means nothing to Markdown or HTML (GFM §6.1, §6.10), and mentions nobody. As character references: a
 * backslash before a pipe is read differently inside of a table.
 */
export function markdown(text: string): string {
  return safeText(text).replace(/[&<>|\\`*_[\]~#@!"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

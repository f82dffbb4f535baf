/** Of a command that holds what only a shell could know. */
export const expandsNote = "The command holds $… or backticks, which a shell would replace; nothing in a dump is run.";

/** A byte string of a command as text. */
export function printable(bytes: string): string {
  return Buffer.from(bytes, "latin1").toString("utf8");
}

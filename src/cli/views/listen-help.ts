import type { Style } from "./style.ts";

const keys = [
  ["r", "replay the last delivery to your app; the replay is a delivery of its own"],
  ["f", "replay the last one that failed"],
  ["d", "the last delivery in full: headers, body, what the app answered (← → for others)"],
  ["v", "check the signature of the last delivery again, and say why it does not match"],
  ["c", "copy the public URL"],
  ["p", "hold what comes (it is kept, and answered 200), and deliver it in order when pressed again"],
  ["Ctrl-L", "clear the screen"],
  ["q", "quit, as Ctrl-C does"],
] as const;

const signs = [
  ["✓", "delivered: your app answered 2xx"],
  ["✗", "failed: it answered something else, or nothing; the line below says what to do"],
  ["•", "only kept: no app was asked"],
  ["…", "waiting for your app's answer"],
  ["↻", "a replay; fixed, still failing, regressed, same: compared with the try before"],
] as const;

/** What the keys of `listen` do, and what its signs mean. */
export function listenHelp(style: Style, offered: ReadonlySet<string>): string {
  const shown = keys.filter(([key]) => key.length > 1 || offered.has(key));
  const rows = (list: readonly (readonly [string, string])[]): string =>
    list.map(([sign, text]) => `${style.accent(sign.padEnd(8))} ${text}`).join("\n");
  return (
    `${style.strong("Keys")}\n${rows(shown)}\n\n${style.strong("Signs")}\n${rows(signs)}\n\n` +
    `${style.strong("In another terminal")}\n` +
    "telepath-hooks send call.ended     a signed sample event\n" +
    "telepath-hooks log                 all deliveries; show, diff, export and replay take their ids\n"
  );
}
